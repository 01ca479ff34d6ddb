import {
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type ListOperationsQuery,
  type OperationStatus,
  type OperationType,
} from '@ktrdr/contracts';
import { QueryNumber, RequestOf } from '@ktrdr/service-kit';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

const MOST_LISTED = 1000;

@RequestOf('ListOperationsQuery')
export class ListOperationsDto implements ListOperationsQuery {
  @IsOptional()
  @IsIn(OPERATION_STATUSES)
  status?: OperationStatus;

  @IsOptional()
  @IsIn(OPERATION_TYPES)
  type?: OperationType;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MOST_LISTED)
  limit?: number;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset?: number;
}
