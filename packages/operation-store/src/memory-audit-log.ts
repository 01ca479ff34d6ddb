import type { AuditEntry, AuditList } from '@ktrdr/contracts';
import type { AuditLimits, AuditLog, NewAuditEntry } from './audit-log.js';

/** Keeps the audit log in memory: it is lost when the process ends. */
export class MemoryAuditLog implements AuditLog {
  private entries: AuditEntry[] = [];
  private last = 0;

  async append(entries: readonly NewAuditEntry[]): Promise<void> {
    for (const entry of entries) this.entries.push({ id: ++this.last, ...entry });
  }

  async list({
    caller,
    action,
    outcome,
    limit,
    offset,
  }: Parameters<AuditLog['list']>[0]): Promise<AuditList> {
    const matching = this.entries
      .filter(
        (entry) =>
          (caller === undefined || entry.caller === caller) &&
          (action === undefined || entry.action === action) &&
          (outcome === undefined || entry.outcome === outcome),
      )
      .toReversed();
    return { entries: matching.slice(offset, offset + limit), total_count: matching.length };
  }

  async trim({ refused, other }: AuditLimits): Promise<number> {
    const before = this.entries.length;
    const newestFirst = this.entries.toReversed();
    const kept = new Set([
      ...newestFirst.filter(({ outcome }) => outcome === 'refused').slice(0, refused),
      ...newestFirst.filter(({ outcome }) => outcome !== 'refused').slice(0, other),
    ]);
    this.entries = this.entries.filter((entry) => kept.has(entry));
    return before - this.entries.length;
  }
}
