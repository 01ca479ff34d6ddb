import type { AuditEntry, AuditList, ListAuditQuery } from '@ktrdr/contracts';

/** An entry before the log gives it its id. */
export type NewAuditEntry = Omit<AuditEntry, 'id'>;

/** Limits of {@link AuditLog.trim}. */
export interface AuditLimits {
  /** Most entries of refused requests that are kept. */
  refused: number;
  /** Most other entries that are kept. */
  other: number;
}

/**
 * The audit log. An entry never changes (I17).
 *
 * Every implementation runs `auditLogConformance` of `@ktrdr/operation-store/testing`.
 */
export interface AuditLog {
  /**
   * Adds entries, in this order. When it resolves, they survive the end of the process; a power failure may take the
   * entries of the last moments.
   *
   * @throws KtrdrError `store_unavailable`
   */
  append(entries: readonly NewAuditEntry[]): Promise<void>;

  /** Entries that match all filters, newest first. @throws KtrdrError `store_unavailable` */
  list(query: Required<Pick<ListAuditQuery, 'limit' | 'offset'>> & ListAuditQuery): Promise<AuditList>;

  /**
   * Removes the oldest entries over the limits. Refused requests have a separate limit, so that they push out no
   * other entries.
   *
   * @returns the number of removed entries
   * @throws KtrdrError `store_unavailable`
   */
  trim(limits: AuditLimits): Promise<number>;
}
