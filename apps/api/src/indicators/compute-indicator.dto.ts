import type { ComputeIndicatorRequest, IndicatorParameterValue } from '@ktrdr/contracts';
import { IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

export class ComputeIndicatorDto implements ComputeIndicatorRequest {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;

  /** Type of the indicator, or an alias. */
  @IsString()
  @MaxLength(128)
  type!: string;

  /** Parameters by name; those that are missing have their defaults. */
  @IsOptional()
  @IsObject()
  params?: Record<string, IndicatorParameterValue>;

  /** `YYYY-MM-DD`, included. Earlier bars warm the indicator up. */
  @IsOptional()
  @IsString()
  start_date?: string;

  /** `YYYY-MM-DD`, included. */
  @IsOptional()
  @IsString()
  end_date?: string;
}
