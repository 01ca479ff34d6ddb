import { changedRow, type ChangedRow } from './changed-rows.js';
import type { StoredRow } from './stored-row.js';

/** Most rows that are kept, each of a few kilobytes. */
const MOST = 10_000;

/** A row and its version in the database. */
export interface KnownRow {
  row: ChangedRow;
  version: string;
}

/**
 * The rows that this process wrote last, of operations that have not ended. A row here may be outdated, so the next write
 * gives its version to the database, which compares it.
 */
export class KnownRows {
  /** Ordered by their last write, the oldest first. */
  private readonly rows = new Map<string, KnownRow>();

  get(id: string): KnownRow | undefined {
    return this.rows.get(id);
  }

  /** @param version `undefined`: the row is no longer known */
  set(row: ChangedRow, version: string | undefined): void {
    const { rows } = this;
    rows.delete(row.id);
    if (version === undefined || row.completed_at !== null) return;
    rows.set(row.id, { row, version });
    const [oldest] = rows.keys();
    if (rows.size > MOST && oldest !== undefined) rows.delete(oldest);
  }

  /** Forgets all rows: the database may have lost writes, and may reuse their versions. */
  clear(): void {
    this.rows.clear();
  }

  /** The leases of these rows were renewed: they have new versions. */
  renewed(all: readonly (StoredRow & { version?: string })[]): void {
    for (const { version, ...row } of all) if (this.rows.has(row.id)) this.set(changedRow(row), version);
  }
}
