import type { MetricPoint, Operation, OperationHistoryEntry, TimelinePhase } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import { operationNotFound } from './errors.js';
import type { OperationEvent } from './events.js';
import { OperationFeed, type OperationsChange } from './operation-feed.js';
import type { OperationPage, OperationQuery, OperationStore } from './operation-store.js';
import { endedPhases } from './phase-log.js';
import type { RunningOperations } from './running-operations.js';
import { watchStored } from './stored-watch.js';

/** Number of operations in a list by default. */
export const DEFAULT_LIST_LIMIT = 50;
/** Each may have a thousand points. */
const REMOVED_AT_ONCE = 200;

export interface OperationQueriesParts {
  store: OperationStore;
  clock: Clock;
  running: RunningOperations;
}

/** Reads operations of a service. `OperationsService` documents the methods. */
export class OperationQueries {
  private readonly feed: OperationFeed;

  constructor(private readonly parts: OperationQueriesParts) {
    this.feed = new OperationFeed(parts.store, parts.clock);
  }

  list({
    limit = DEFAULT_LIST_LIMIT,
    offset = 0,
    ...filters
  }: Partial<OperationQuery>): Promise<OperationPage> {
    return this.parts.store.list({ ...filters, limit, offset });
  }

  async get(operationId: string): Promise<Operation> {
    const stored = await this.parts.store.get(operationId);
    if (stored === null) throw operationNotFound(operationId);
    return stored.operation;
  }

  getRequest(operationId: string): Promise<unknown> {
    return this.parts.store.getRequest(operationId);
  }

  async history(operationId: string): Promise<OperationHistoryEntry[]> {
    const history = await this.parts.store.history(operationId);
    if (history.length === 0) throw operationNotFound(operationId);
    return history;
  }

  async metrics(operationId: string): Promise<MetricPoint[]> {
    await this.get(operationId);
    return this.parts.store.metrics(operationId);
  }

  async timeline(operationId: string): Promise<TimelinePhase[]> {
    const phases = await this.parts.store.phases(operationId);
    // read later: a phase that is stored without an end may have ended since
    return endedPhases(phases, await this.get(operationId), await this.history(operationId));
  }

  async removeEnded(before: number): Promise<number> {
    for (let removed = 0; ;) {
      const ids = await this.parts.store.removeEnded(new Date(before).toISOString(), REMOVED_AT_ONCE);
      removed += ids.length;
      if (ids.length < REMOVED_AT_ONCE) return removed;
    }
  }

  follow(listener: (change: OperationsChange) => void): () => void {
    return this.feed.follow(listener);
  }

  watch(operationId: string, signal?: AbortSignal): AsyncIterableIterator<OperationEvent> {
    return this.parts.running.get(operationId)?.watch(signal) ?? this.watchStored(operationId, signal);
  }

  /** Watches the stored operation until it ends, or until it runs in this process and can be watched directly. */
  private async *watchStored(
    operationId: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<OperationEvent, void, undefined> {
    const { store, clock, running } = this.parts;
    const get = (id: string) => this.get(id);
    const runsHere = () => running.has(operationId);
    yield* watchStored(operationId, { store, clock, get, signal, runsHere });
    const here = running.get(operationId);
    if (here !== undefined && signal?.aborted !== true) yield* here.watch(signal);
  }
}
