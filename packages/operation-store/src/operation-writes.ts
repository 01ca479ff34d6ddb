import type { NewOperation, Written } from '@ktrdr/orchestrator';
import { GroupedWrites } from './grouped-writes.js';
import type { Inserted } from './insert-operations.js';
import type {
  OperationWrite,
  ProgressWrite,
  ProgressWritten,
  RecordsWrite,
  TransitionWrite,
  WriteResult,
} from './operation-write.js';
import type { StoreAccess } from './store-access.js';
import { KnownRows } from './known-rows.js';
import { writeQuickGroup } from './quick-group.js';
import { writeGroup } from './write-group.js';

/**
 * Writes changes of operations in groups. A commit waits for the disk, so all changes that arrive during a commit share the next one.
 * Each is acknowledged after the commit of its group. Changes of one operation keep their order. A change that fails fails alone.
 */
export class OperationWrites {
  /** The rows that this process has written. */
  readonly known = new KnownRows();
  private readonly grouped: GroupedWrites<OperationWrite, WriteResult>;
  /** Creations. On PostgreSQL, their groups do not wait for groups of changes: nothing changes an operation before it is stored. */
  private readonly created: GroupedWrites<OperationWrite, WriteResult>;

  /** @param onWritten called with the ids of the changed operations, after each commit */
  constructor(access: StoreAccess, onWritten: (operationIds: ReadonlySet<string>) => void) {
    const { known } = this;
    access.database.onLost(() => known.clear());
    const failsAlone = (error: unknown): boolean => access.isOfOneWrite(error);
    const careful = new GroupedWrites<OperationWrite, WriteResult>({
      write: async (group) => {
        const { results, changed } = await writeGroup(access, group, known);
        onWritten(changed);
        return results;
      },
      failsAlone,
    });
    const quick = () =>
      new GroupedWrites<OperationWrite, WriteResult>({
        write: async (group) => {
          const { results, changed } = await writeQuickGroup(access, group, known);
          onWritten(changed);
          return Promise.all(
            results.map(async (settled, index) => settled ?? settledOf(careful.add(group[index]!))),
          );
        },
        failsAlone,
      });
    const isQuick = access.database.quick !== null;
    this.grouped = isQuick ? quick() : careful;
    this.created = isQuick ? quick() : careful;
  }

  create(created: NewOperation): Promise<Inserted> {
    return this.created.add({ kind: 'create', created }) as Promise<Inserted>;
  }

  transition(write: Omit<TransitionWrite, 'kind'>): Promise<Written> {
    return this.grouped.add({ kind: 'transition', ...write }) as Promise<Written>;
  }

  async saveProgress(write: Omit<ProgressWrite, 'kind' | 'durable'>): Promise<boolean> {
    const save = (durable: boolean) =>
      this.grouped.add({ kind: 'progress', ...write, durable }) as Promise<ProgressWritten>;
    const written = await save(false);
    if (written !== 'not durable') return written;
    // the fact that a training can be resumed must survive a power failure
    return (await save(true)) === true;
  }

  saveRecords(write: Omit<RecordsWrite, 'kind'>): Promise<boolean> {
    return this.grouped.add({ kind: 'records', ...write }) as Promise<boolean>;
  }
}

async function settledOf(result: Promise<WriteResult>): Promise<PromiseSettledResult<WriteResult>> {
  const [settled] = await Promise.allSettled([result]);
  return settled;
}
