import type { CancelOperationRequest } from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';

export class CancelSessionDto implements CancelOperationRequest {
  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  reason?: string;

  @ApiPropertyOptional({ description: 'Skips the grace time.' })
  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
