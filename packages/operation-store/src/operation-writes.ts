import { isTerminalStatus } from '@ktrdr/contracts';
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
import { idOf, writeQuickGroup } from './quick-group.js';
import { writeGroup } from './write-group.js';

/** Time that a group of changes gathers if nobody waits for them, ms. Fewer and larger groups leave time for those that are awaited. */
const GATHER_MS = 3;

type Lane = GroupedWrites<OperationWrite, WriteResult>;

/** On PostgreSQL, the groups of one lane do not wait for those of another. */
interface Lanes {
  created: Lane;
  /** Changes for which someone waits: a host that may begin, a cancel. */
  awaited: Lane;
  /** Ends, progress, records. */
  others: Lane;
}

/**
 * Writes changes of operations in groups. A commit waits for the disk, so all changes that arrive during a commit share the next one.
 * Each is acknowledged after the commit of its group. Changes of one operation keep their order. A change that fails fails alone.
 */
export class OperationWrites {
  /** The rows that this process has written. */
  readonly known = new KnownRows();
  private readonly lanes: Lanes;
  /** The lane and the number of the writes of each operation that are not settled. */
  private readonly busy = new Map<string, { lane: Lane; writes: number }>();

  /** @param onWritten called with the ids of the changed operations, after each commit */
  constructor(access: StoreAccess, onWritten: (operationIds: ReadonlySet<string>) => void) {
    const { known } = this;
    access.database.onLost(() => known.clear());
    const failsAlone = (error: unknown): boolean => access.isOfOneWrite(error);
    const order = { keyOf: idOf, isUrgent, failsAlone };
    const careful = new GroupedWrites<OperationWrite, WriteResult>({
      ...order,
      write: async (group) => {
        const { results, changed } = await writeGroup(access, group, known);
        onWritten(changed);
        return results;
      },
    });
    const quick = (gatherMs = 0) =>
      new GroupedWrites<OperationWrite, WriteResult>({
        ...order,
        write: async (group) => {
          const { results, changed } = await writeQuickGroup(access, group, known);
          onWritten(changed);
          return Promise.all(
            results.map(async (settled, index) => settled ?? settledOf(careful.add(group[index]!))),
          );
        },
        gatherMs,
      });
    const isQuick = access.database.quick !== null;
    this.lanes = isQuick
      ? { created: quick(), awaited: quick(), others: quick(GATHER_MS) }
      : { created: careful, awaited: careful, others: careful };
  }

  create(created: NewOperation): Promise<Inserted> {
    return this.add({ kind: 'create', created }) as Promise<Inserted>;
  }

  transition(write: Omit<TransitionWrite, 'kind'>): Promise<Written> {
    return this.add({ kind: 'transition', ...write }) as Promise<Written>;
  }

  async saveProgress(write: Omit<ProgressWrite, 'kind' | 'durable'>): Promise<boolean> {
    const save = (durable: boolean) =>
      this.add({ kind: 'progress', ...write, durable }) as Promise<ProgressWritten>;
    const written = await save(false);
    if (written !== 'not durable') return written;
    // the fact that a training can be resumed must survive a power failure
    return (await save(true)) === true;
  }

  saveRecords(write: Omit<RecordsWrite, 'kind'>): Promise<boolean> {
    return this.add({ kind: 'records', ...write }) as Promise<boolean>;
  }

  private async add(write: OperationWrite): Promise<WriteResult> {
    const { busy } = this;
    const id = idOf(write);
    const own = busy.get(id) ?? { lane: this.lanes[laneOf(write)], writes: 0 };
    own.writes += 1;
    busy.set(id, own);
    try {
      return await own.lane.add(write);
    } finally {
      own.writes -= 1;
      if (own.writes === 0) busy.delete(id);
    }
  }
}

/** Progress and records can wait, durable or not: a queue of thousands of operations has thousands of them. */
function isUrgent({ kind }: OperationWrite): boolean {
  return kind === 'create' || kind === 'transition';
}

function laneOf(write: OperationWrite): keyof Lanes {
  if (write.kind === 'create') return 'created';
  return write.kind === 'transition' && !isTerminalStatus(write.change.to) ? 'awaited' : 'others';
}

async function settledOf(result: Promise<WriteResult>): Promise<PromiseSettledResult<WriteResult>> {
  const [settled] = await Promise.allSettled([result]);
  return settled;
}
