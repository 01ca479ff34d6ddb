import {
  AUDIT_ACTIONS,
  AUDIT_OUTCOMES,
  type AuditAction,
  type AuditOutcome,
  type ListAuditQuery,
} from '@ktrdr/contracts';

/** Filters, as texts of the page address. */
interface AuditFilters {
  caller: string;
  action: string;
  outcome: string;
  offset: string;
}

/** The query of the filters. Values that someone typed into the address and that do not exist are left out. */
export function auditQuery({ caller, action, outcome, offset }: AuditFilters, limit: number): ListAuditQuery {
  const from = Number(offset);
  return {
    ...(caller.trim() === '' ? {} : { caller: caller.trim() }),
    ...(isOneOf(AUDIT_ACTIONS, action) ? { action: action as AuditAction } : {}),
    ...(isOneOf(AUDIT_OUTCOMES, outcome) ? { outcome: outcome as AuditOutcome } : {}),
    limit,
    offset: Number.isSafeInteger(from) && from > 0 ? from : 0,
  };
}

function isOneOf(values: readonly string[], value: string): boolean {
  return values.includes(value);
}
