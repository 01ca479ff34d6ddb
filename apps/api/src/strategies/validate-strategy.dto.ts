import { MAX_FILE_NAME_LENGTH, type ValidateStrategyRequest } from '@ktrdr/contracts';
import { IsOptional, IsString, MaxLength } from 'class-validator';

export class ValidateStrategyDto implements ValidateStrategyRequest {
  /** The strategy file's text. */
  @IsString()
  strategy!: string;

  /** What messages call the text. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file?: string;
}
