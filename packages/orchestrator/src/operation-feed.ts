import type { Operation, OperationSummary } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OperationStore, StoredOperation } from './operation-store.js';

/** What happened to the operations of a store. Listeners share the object and must not modify it. */
export type OperationsChange =
  /** An operation was created or has changed. */
  | { readonly type: 'operation'; readonly operation: OperationSummary }
  | { readonly type: 'removed'; readonly operationId: string }
  /** Changes may have been missed: what is known of any operation may be old. */
  | { readonly type: 'missed' };

/** Shortest time between two changes of one operation that differ only in progress, ms. */
export const FEED_INTERVAL_MS = 250;
/** A failed read of the store is repeated after this time, ms. */
const RETRY_MS = 1_000;

/** An operation that was written while somebody listened. */
interface Followed {
  /** The last state that listeners got, as JSON, and its status and attempt. */
  told: string;
  stage: string;
  /** When they got it, monotonic ms. */
  toldAt: number;
  /** A newer state that differs only in progress. */
  newer: OperationSummary | null;
  reading: boolean;
  writtenAgain: boolean;
  cancelTimer: () => void;
}

/**
 * Tells listeners of every change of every operation of the store, including changes by other processes. A change of status is announced
 * at once. Progress is announced at most four times a second for each operation, and the last state always. Reads the store once for all
 * listeners, and not at all while nobody listens.
 */
export class OperationFeed {
  private readonly listeners = new Set<(change: OperationsChange) => void>();
  private readonly followed = new Map<string, Followed>();
  private stop = (): void => {};

  constructor(
    private readonly store: Pick<OperationStore, 'get' | 'onWrite'>,
    private readonly clock: Clock,
  ) {}

  /** @returns removes the listener */
  follow(listener: (change: OperationsChange) => void): () => void {
    if (this.listeners.size === 0) this.stop = this.store.onWrite((id) => this.written(id));
    this.listeners.add(listener);
    return () => {
      if (!this.listeners.delete(listener) || this.listeners.size > 0) return;
      this.stop();
      for (const id of this.followed.keys()) this.forget(id);
    };
  }

  private written(id: string | null): void {
    if (id === null) {
      this.tell({ type: 'missed' });
      return;
    }
    let followed = this.followed.get(id);
    if (followed === undefined) {
      followed = {
        told: '',
        stage: '',
        toldAt: -Infinity,
        newer: null,
        reading: false,
        writtenAgain: false,
        cancelTimer: () => {},
      };
      this.followed.set(id, followed);
    }
    if (followed.reading) followed.writtenAgain = true;
    else void this.read(id, followed);
  }

  private async read(id: string, followed: Followed): Promise<void> {
    followed.reading = true;
    do {
      followed.writtenAgain = false;
      try {
        this.receive(id, followed, await this.store.get(id));
      } catch {
        // the store logs its outage
        await this.clock.sleep(RETRY_MS);
        followed.writtenAgain = true;
      }
    } while (followed.writtenAgain && this.followed.get(id) === followed);
    followed.reading = false;
  }

  private receive(id: string, followed: Followed, stored: StoredOperation | null): void {
    // nobody listens any more
    if (this.followed.get(id) !== followed) return;
    if (stored === null) {
      this.forget(id);
      this.tell({ type: 'removed', operationId: id });
      return;
    }
    const operation = summaryOf(stored.operation);
    const stage = `${operation.attempt} ${operation.status}`;
    const waitMs = stage === followed.stage ? followed.toldAt + FEED_INTERVAL_MS - this.clock.monotonic() : 0;
    followed.stage = stage;
    followed.newer = operation;
    followed.cancelTimer();
    if (waitMs <= 0) this.tellNewer(id, followed);
    else followed.cancelTimer = this.clock.setTimer(waitMs, () => this.tellNewer(id, followed));
  }

  private tellNewer(id: string, followed: Followed): void {
    const { newer } = followed;
    if (newer === null) {
      // nothing was written for an interval: listeners hear of the next write at once
      if (!followed.reading) this.forget(id);
      return;
    }
    followed.newer = null;
    // what lists do not show may have been written
    const text = JSON.stringify(newer);
    const isSame = text === followed.told;
    followed.told = text;
    followed.toldAt = this.clock.monotonic();
    followed.cancelTimer = this.clock.setTimer(FEED_INTERVAL_MS, () => this.tellNewer(id, followed));
    if (!isSame) this.tell({ type: 'operation', operation: newer });
  }

  private forget(id: string): void {
    this.followed.get(id)?.cancelTimer();
    this.followed.delete(id);
  }

  private tell(change: OperationsChange): void {
    for (const listener of this.listeners) listener(change);
  }
}

function summaryOf(operation: Operation): OperationSummary {
  const summary: OperationSummary & Partial<Operation> = { ...operation };
  delete summary.result;
  return summary;
}
