import type { ValidateStrategyRequest } from '@ktrdr/contracts';
import { IsOptional, IsString, MaxLength } from 'class-validator';

export class ValidateStrategyDto implements ValidateStrategyRequest {
  /** The strategy file's text. */
  @IsString()
  strategy!: string;

  /** What messages call the text. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  strategy_file?: string;
}
