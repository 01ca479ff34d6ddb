import type { SampleDataRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsBoolean, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

@RequestOf('SampleDataRequest')
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
