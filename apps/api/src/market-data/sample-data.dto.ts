import type { SampleDataRequest } from '@ktrdr/contracts';
import { IsBoolean, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

export class SampleDataDto implements SampleDataRequest {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;

  /** `YYYY-MM-DD`, included. */
  @IsOptional()
  @IsString()
  start_date?: string;

  /** `YYYY-MM-DD`, included. */
  @IsOptional()
  @IsString()
  end_date?: string;

  /** Another seed is another market. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(0xffff_ffff)
  seed?: number;

  /** Replaces an existing file. */
  @IsOptional()
  @IsBoolean()
  overwrite?: boolean;
}
