import type { CancelOperationRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';

@RequestOf('CancelOperationRequest')
export class CancelOperationDto implements CancelOperationRequest {
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string;

  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
