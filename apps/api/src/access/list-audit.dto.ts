import {
  AUDIT_ACTIONS,
  AUDIT_OUTCOMES,
  type AuditAction,
  type AuditOutcome,
  type ListAuditQuery,
} from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

const MOST_LISTED = 1000;
const MAX_CALLER_LENGTH = 128;

@RequestOf('ListAuditQuery')
export class ListAuditDto implements ListAuditQuery {
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_CALLER_LENGTH)
  caller?: string;

  @IsOptional()
  @IsIn(AUDIT_ACTIONS)
  action?: AuditAction;

  @IsOptional()
  @IsIn(AUDIT_OUTCOMES)
  outcome?: AuditOutcome;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_LISTED)
  limit?: number;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset?: number;
}
