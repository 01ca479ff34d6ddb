import type { SampleDataRequest } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsBoolean, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

@RequestOf('SampleDataRequest', {
  symbol: FIELD_SCHEMAS.symbol,
  timeframe: FIELD_SCHEMAS.timeframe,
  start_date: FIELD_SCHEMAS.date,
  end_date: FIELD_SCHEMAS.date,
})
export class SampleDataDto implements SampleDataRequest {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(0xffff_ffff)
  seed?: number;

  @IsOptional()
  @IsBoolean()
  overwrite?: boolean;
}
