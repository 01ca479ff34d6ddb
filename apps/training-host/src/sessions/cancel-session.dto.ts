import type { CancelOperationRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';

@RequestOf('CancelOperationRequest')
export class CancelSessionDto implements CancelOperationRequest {
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  reason?: string;

  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
