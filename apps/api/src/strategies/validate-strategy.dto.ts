import { MAX_FILE_NAME_LENGTH, type ValidateStrategyRequest } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

@RequestOf('ValidateStrategyRequest', { strategy: FIELD_SCHEMAS.strategyText })
export class ValidateStrategyDto implements ValidateStrategyRequest {
  @IsString()
  strategy!: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file?: string;
}
