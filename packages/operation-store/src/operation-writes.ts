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
import { writeGroup } from './write-group.js';

/**
 * Writes changes of operations in groups. A commit waits for the disk, so all changes that arrive during a commit share the next one.
 * Each is acknowledged after the commit of its group. Changes of one operation keep their order. A change that fails fails alone.
 */
export class OperationWrites {
  private readonly grouped: GroupedWrites<OperationWrite, WriteResult>;

  /** @param onWritten called with the ids of the changed operations, after each commit */
  constructor(access: StoreAccess, onWritten: (operationIds: ReadonlySet<string>) => void) {
    this.grouped = new GroupedWrites({
      write: async (group) => {
        const { results, changed } = await writeGroup(access, group);
        onWritten(changed);
        return results;
      },
      failsAlone: (error) => access.isOfOneWrite(error),
    });
  }

  create(created: NewOperation): Promise<Inserted> {
    return this.grouped.add({ kind: 'create', created }) as Promise<Inserted>;
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
