import type { DataCheckQuery } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsOptional, IsString } from 'class-validator';

@RequestOf('DataCheckQuery')
export class DataCheckDto implements DataCheckQuery {
  @IsOptional()
  @IsString()
  symbol?: string;

  @IsOptional()
  @IsString()
  timeframe?: string;
}
