import type { CancelOperationRequest } from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';

export class CancelOperationDto implements CancelOperationRequest {
  @ApiPropertyOptional({ description: 'Why, in words for people.', maxLength: 1000 })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string;

  @ApiPropertyOptional({ description: 'Skips the grace time.', default: false })
  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
