import type { NewOperation } from '@ktrdr/orchestrator';
import { ChangedOperations, fulfilled, type Settled } from './changed-operations.js';
import { picked, STATUS_COLUMNS, type ChangedRow } from './changed-rows.js';
import { createdRow, firstLine, newRow } from './insert-operations.js';
import type { KnownRows } from './known-rows.js';
import type { OperationWrite } from './operation-write.js';
import type { NewRow } from './quick-statement.js';
import { phasesRows } from './sql-records.js';
import type { StoreAccess } from './store-access.js';
import { storedOperation } from './stored-row.js';
import { rowsText } from './stored-text.js';
import { waitsForDisk } from './write-group.js';

/** Outcome of a quick group: the result of each write, `null` if it was not written, and the operations that have changed. */
interface QuickGroup {
  results: (Settled | null)[];
  changed: ReadonlySet<string>;
}

/**
 * Writes as much of a group as one statement can, in its own transaction: new operations within their limit, and changes of rows that
 * this process knows, if the database still has the known version. {@link writeGroup}, which reads the rows first, writes the rest.
 *
 * @throws KtrdrError `store_unavailable`; other errors of the database, which has then written nothing
 */
export async function writeQuickGroup(
  access: StoreAccess,
  writes: readonly OperationWrite[],
  known: KnownRows,
): Promise<QuickGroup> {
  const { quick } = access.database;
  const group = new QuickWrites(known, writes.some(waitsForDisk));
  const results = writes.map((write) => group.apply(write));
  if (quick === null || group.isEmpty) return { results: results.map(() => null), changed: new Set() };
  // a retry uses the versions of the first attempt, because a known row may have changed meanwhile
  const values = group.values();
  const versions = await access.use(() => quick(group.durable, values));
  for (const row of group.written()) known.set(row, versions.get(row.id));
  return {
    results: results.map((settled, index) => (versions.has(idOf(writes[index]!)) ? settled : null)),
    changed: new Set([...group.shown].filter((id) => versions.has(id))),
  };
}

export function idOf(write: OperationWrite): string {
  return write.kind === 'create' ? write.created.operation.operation_id : write.id;
}

/** A group as one statement writes it. */
class QuickWrites {
  /** Operations with changes that others see. Changes of records alone are not among them. */
  readonly shown = new Set<string>();
  private readonly rows = new Map<string, ChangedRow>();
  private readonly changes: ChangedOperations;
  private readonly created: NewRow[] = [];
  /** Operations with a write that the statement leaves out: later writes must not overtake it. */
  private readonly left = new Set<string>();
  private readonly taken = new Set<string>();

  constructor(
    private readonly known: KnownRows,
    readonly durable: boolean,
  ) {
    this.changes = new ChangedOperations(this.rows, durable);
  }

  get isEmpty(): boolean {
    return this.taken.size === 0;
  }

  /** The result of the write; `null` if the statement cannot write it. */
  apply(write: OperationWrite): Settled | null {
    const id = idOf(write);
    if (this.left.has(id)) return null;
    const settled = write.kind === 'create' ? this.create(write.created) : this.change(write);
    if (settled === null) this.left.add(id);
    else {
      this.taken.add(id);
      if (write.kind !== 'records') this.shown.add(id);
    }
    return settled;
  }

  /** The rows as they are after the statement. */
  written(): ChangedRow[] {
    this.changes.clear();
    return [...this.takenRows(), ...this.created.map(createdRow)];
  }

  /** What the statement writes. */
  values(): string[] {
    const { changes, created, known } = this;
    const changed = this.takenRows().map((row) => ({
      ...picked(STATUS_COLUMNS, row),
      version: known.get(row.id)!.version,
      // phases alone are not in the row
      rewritten: changes.moved.has(row.id) || changes.progressed.has(row.id),
    }));
    const history = [...changes.history, ...created.map(firstLine)];
    return [changed, created, history, phasesRows(changes.phases)].map(rowsText);
  }

  private takenRows(): ChangedRow[] {
    return [...this.rows.values()].filter(({ id }) => this.taken.has(id));
  }

  private create(created: NewOperation): Settled | null {
    const row = { ...newRow(created), most_pending: created.mostPending ?? null };
    if (this.taken.has(row.id)) return null;
    this.created.push(row);
    // lists alone show `seq`
    return fulfilled(storedOperation({ ...row, seq: 0 }));
  }

  private change(write: Exclude<OperationWrite, { kind: 'create' }>): Settled | null {
    const { changes } = this;
    const row = this.rowOf(write.id);
    if (row === undefined || row.epoch !== write.epoch || row.completed_at !== null) return null;
    switch (write.kind) {
      case 'transition': {
        // `writeGroup` removes the points of its curve
        if (write.change.to === 'pending' && write.change.from === 'beginning') return null;
        // the rules of the database check each change of the status
        if (changes.moved.has(row.id) || !write.from.includes(row.status)) return null;
        const settled = changes.transition(write);
        return settled.status === 'fulfilled' ? settled : null;
      }
      case 'progress': {
        const settled = changes.saveProgress(write);
        return changes.moved.has(row.id) || changes.progressed.has(row.id) ? settled : null;
      }
      case 'records': {
        const { metrics, phases } = write.records;
        if (metrics !== null || phases === null) return null;
        changes.phases.set(row.id, phases);
        return fulfilled(true);
      }
    }
  }

  /** A copy of a known row, for this group. */
  private rowOf(id: string): ChangedRow | undefined {
    const own = this.rows.get(id);
    if (own !== undefined) return own;
    const known = this.known.get(id);
    if (known === undefined) return undefined;
    const copy = { ...known.row };
    this.rows.set(id, copy);
    return copy;
  }
}
