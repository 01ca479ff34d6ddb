import type { ComputeIndicatorRequest, IndicatorParameterValue } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

@RequestOf('ComputeIndicatorRequest', {
  symbol: FIELD_SCHEMAS.symbol,
  timeframe: FIELD_SCHEMAS.timeframe,
  start_date: FIELD_SCHEMAS.date,
  end_date: FIELD_SCHEMAS.date,
})
export class ComputeIndicatorDto implements ComputeIndicatorRequest {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;

  @IsString()
  @MaxLength(128)
  type!: string;

  @IsOptional()
  @IsObject()
  params?: Record<string, IndicatorParameterValue>;

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;
}
