import type { DataCheckQuery } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsOptional, IsString } from 'class-validator';

@RequestOf('DataCheckQuery', { symbol: FIELD_SCHEMAS.symbol, timeframe: FIELD_SCHEMAS.timeframe })
export class DataCheckDto implements DataCheckQuery {
  @IsOptional()
  @IsString()
  symbol?: string;

  @IsOptional()
  @IsString()
  timeframe?: string;
}
