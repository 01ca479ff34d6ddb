import { setTimeout as sleep } from 'node:timers/promises';

interface Pending<TItem, TResult> {
  item: TItem;
  resolve: (result: TResult) => void;
  reject: (error: unknown) => void;
}

/** Maximum number of items in one write: other work has its turn between two writes. */
const MOST_AT_ONCE = 64;
/** Number of results delivered at once, for the same reason. */
const DELIVERED_AT_ONCE = 16;

export interface GroupedWritesParts<TItem, TResult> {
  /** Writes all items, or none and rejects. Its results are in the order of the items; an item may be rejected alone. */
  write: (items: readonly TItem[]) => Promise<readonly PromiseSettledResult<TResult>[]>;
  /** True if one item may be to blame for the error that `write` threw. The others are then written without it. */
  failsAlone: (error: unknown) => boolean;
  /** Items with the same key keep their order. */
  keyOf: (item: TItem) => string;
  /** True if the item goes before all that are not urgent. Earlier items with its key go with it. */
  isUrgent: (item: TItem) => boolean;
  /** Time that a group waits for more items, ms; without it, a group has the items of one turn of the event loop. */
  gatherMs?: number;
}

/**
 * Writes items that arrive at the same time together: the next write takes all that came while the previous one ran. Urgent items go
 * first, in the order of their arrival, even if the others then wait for long. The others are written key by key, in the order in which the
 * keys began to wait; a key whose items do not all fit into a write begins to wait anew.
 */
export class GroupedWrites<TItem, TResult> {
  private readonly urgent: Pending<TItem, TResult>[] = [];
  /** By key. */
  private readonly patient = new Map<string, Pending<TItem, TResult>[]>();
  private patientCount = 0;
  private writing = false;

  constructor(private readonly parts: GroupedWritesParts<TItem, TResult>) {}

  /** Settles when the item is written, or when its write has failed. */
  add(item: TItem): Promise<TResult> {
    return new Promise((resolve, reject) => {
      this.queue({ item, resolve, reject });
      if (this.writing) return;
      this.writing = true;
      void this.writeAll();
    });
  }

  private queue(pending: Pending<TItem, TResult>): void {
    const { patient, parts } = this;
    const key = parts.keyOf(pending.item);
    const earlier = patient.get(key) ?? [];
    if (parts.isUrgent(pending.item)) {
      patient.delete(key);
      this.patientCount -= earlier.length;
      this.urgent.push(...earlier, pending);
    } else {
      if (earlier.length === 0) patient.set(key, earlier);
      earlier.push(pending);
      this.patientCount += 1;
    }
  }

  private async writeAll(): Promise<void> {
    while (this.count > 0) {
      await this.gather();
      await this.writeGroup(this.nextGroup());
    }
    this.writing = false;
  }

  private get count(): number {
    return this.urgent.length + this.patientCount;
  }

  private async gather(): Promise<void> {
    const { gatherMs = 0 } = this.parts;
    if (gatherMs > 0 && this.count < MOST_AT_ONCE) await sleep(gatherMs);
    // requests that the event loop has already read join the group
    else await nextTurn();
  }

  private nextGroup(): Pending<TItem, TResult>[] {
    const group = this.urgent.splice(0, MOST_AT_ONCE);
    for (const [key, all] of this.patient) {
      const places = MOST_AT_ONCE - group.length;
      if (places === 0) break;
      const some = all.splice(0, places);
      group.push(...some);
      this.patientCount -= some.length;
      this.patient.delete(key);
      if (all.length > 0) this.patient.set(key, all);
    }
    return group;
  }

  /** Never rejects. A group that fails because of one item is written again in halves, so that only this item fails. */
  private async writeGroup(group: readonly Pending<TItem, TResult>[]): Promise<void> {
    try {
      const results = await this.parts.write(group.map(({ item }) => item));
      await deliver(group, results);
    } catch (error) {
      if (group.length === 1 || !this.parts.failsAlone(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      const half = Math.ceil(group.length / 2);
      await this.writeGroup(group.slice(0, half));
      await this.writeGroup(group.slice(half));
    }
  }
}

async function deliver<TItem, TResult>(
  group: readonly Pending<TItem, TResult>[],
  results: readonly PromiseSettledResult<TResult>[],
): Promise<void> {
  for (const [index, { resolve, reject }] of group.entries()) {
    const result = results[index]!;
    if (result.status === 'fulfilled') resolve(result.value);
    else reject(result.reason);
    if (index % DELIVERED_AT_ONCE === DELIVERED_AT_ONCE - 1) await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
