import type { CancelOperationRequest } from '@ktrdr/contracts';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';

export class CancelSessionDto implements CancelOperationRequest {
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  reason?: string;

  /** Skips the grace time. */
  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
