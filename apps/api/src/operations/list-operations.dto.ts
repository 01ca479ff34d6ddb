import {
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type ListOperationsQuery,
  type OperationStatus,
  type OperationType,
} from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

const MOST_LISTED = 1000;

export class ListOperationsDto implements ListOperationsQuery {
  @ApiPropertyOptional({ enum: OPERATION_STATUSES })
  @IsOptional()
  @IsIn(OPERATION_STATUSES)
  status?: OperationStatus;

  @ApiPropertyOptional({ enum: OPERATION_TYPES })
  @IsOptional()
  @IsIn(OPERATION_TYPES)
  type?: OperationType;

  @ApiPropertyOptional({ minimum: 1, maximum: MOST_LISTED, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_LISTED)
  limit?: number;

  @ApiPropertyOptional({ minimum: 0, default: 0, description: 'So many newer ones are left out.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset?: number;
}
