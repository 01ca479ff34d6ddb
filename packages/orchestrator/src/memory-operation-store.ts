import {
  isTerminalStatus,
  type MetricPoint,
  type Operation,
  type OperationHistoryEntry,
  type OperationSummary,
  type OperationStatus,
  type TimelinePhase,
} from '@ktrdr/contracts';
import { systemClock, type Clock } from './clock.js';
import type { RecordsChange } from './attempt-records.js';
import { operationExists, operationNotFound, tooManyWaiting } from './errors.js';
import { changedMetrics } from './metric-series.js';
import {
  changeStatus,
  historyEntry,
  isActive,
  jsonCopy,
  takeOverEntry,
  type StatusChange,
} from './operation.js';
import { searchText, searchWords } from './search-text.js';
import type {
  Lease,
  NewOperation,
  OperationPage,
  OperationQuery,
  OperationStore,
  SavedProgress,
  StoredOperation,
  TakenOver,
  Written,
} from './operation-store.js';
import { WriteListeners } from './write-listeners.js';

export interface MemoryOperationStoreOptions {
  /** Decides when a lease has expired. Default: the machine's clock. */
  clock?: Pick<Clock, 'monotonic'>;
  /** Maximum number of ended operations. Beyond it, the least recently used one is removed. Default 1000. */
  maxEnded?: number;
}

/** Only the lease is changed in place: two states of one operation may share parts. */
interface Row extends StoredOperation {
  request: unknown;
  taskId: string | undefined;
  history: OperationHistoryEntry[];
  points: readonly MetricPoint[];
  phases: readonly TimelinePhase[];
  /** Monotonic ms; `-Infinity` if the lease was released. */
  leaseEnds: number;
}

/** Keeps operations in memory: they are lost when the process ends. */
export class MemoryOperationStore implements OperationStore {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly maxEnded: number;
  /** In the order of creation. */
  private readonly rows = new Map<string, Row>();
  /** Ids of ended operations, least recently used first. */
  private readonly ended = new Set<string>();
  private readonly idOfTask = new Map<string, string>();
  private readonly listeners = new WriteListeners();

  constructor({ clock = systemClock, maxEnded = 1000 }: MemoryOperationStoreOptions = {}) {
    this.clock = clock;
    this.maxEnded = maxEnded;
  }

  // all methods are async, so that an error is a rejection, as in a store that does I/O
  async create({ operation, request, taskId, mostPending, lease }: NewOperation): Promise<Written> {
    const known = taskId === undefined ? undefined : this.idOfTask.get(taskId);
    if (known !== undefined) return { ...storedCopy(this.existing(known)), changed: false };
    const id = operation.operation_id;
    if (this.rows.has(id)) throw operationExists(id);
    const { operation_type: type } = operation;
    if (mostPending !== undefined && this.pendingOf(type) >= mostPending)
      throw tooManyWaiting(type, mostPending);
    const stored = jsonCopy(operation);
    const { attempt, status, created_at } = stored;
    const row: Row = {
      operation: stored,
      epoch: 1,
      owner: lease.owner,
      cancelForced: false,
      request: jsonCopy(request ?? null),
      taskId,
      history: [{ at: created_at, attempt, status, cause: null }],
      points: [],
      phases: [],
      leaseEnds: this.clock.monotonic() + lease.ms,
    };
    this.rows.set(id, row);
    if (taskId !== undefined) this.idOfTask.set(taskId, id);
    this.tell(id);
    return { ...storedCopy(row), changed: true };
  }

  private pendingOf(type: string): number {
    const pending = [...this.rows.values()].filter(
      ({ operation: { operation_type, status } }) => operation_type === type && status === 'pending',
    );
    return pending.length;
  }

  async get(operationId: string): Promise<StoredOperation | null> {
    const row = this.rows.get(operationId);
    if (row === undefined) return null;
    if (this.ended.delete(operationId)) this.ended.add(operationId);
    return storedCopy(row);
  }

  async getRequest(operationId: string): Promise<unknown> {
    return jsonCopy(this.existing(operationId).request);
  }

  async history(operationId: string): Promise<OperationHistoryEntry[]> {
    return jsonCopy(this.rows.get(operationId)?.history ?? []);
  }

  async list(query: OperationQuery): Promise<OperationPage> {
    const all = [...this.rows.values()].map(({ operation }) => operation).reverse();
    const { limit, offset } = query;
    const matching = all.filter(filterOf(query));
    return {
      operations: matching.slice(offset, offset + limit).map(summaryCopy),
      total_count: matching.length,
      active_count: all.filter(isActive).length,
    };
  }

  async transition(
    operationId: string,
    epoch: number,
    from: readonly OperationStatus[],
    change: StatusChange,
    lease?: Lease,
  ): Promise<Written> {
    const row = this.existing(operationId);
    if (row.epoch !== epoch || !from.includes(row.operation.status)) {
      return { ...storedCopy(row), changed: false };
    }
    const operation = changeStatus(row.operation, jsonCopy(change));
    row.operation = operation;
    row.history.push(historyEntry(operation, change));
    if (change.to === 'pending') row.cancelForced = false;
    if (change.to === 'pending' && change.from === 'beginning') row.points = [];
    if (lease !== undefined) this.give(row, lease);
    if (isTerminalStatus(operation.status)) this.keepEnded(operationId);
    else this.ended.delete(operationId);
    this.tell(operationId);
    return { ...storedCopy(row), changed: true };
  }

  async forceCancel(operationId: string, epoch: number): Promise<void> {
    const row = this.rows.get(operationId);
    if (row?.epoch !== epoch || row.operation.status !== 'cancelling') return;
    row.cancelForced = true;
    this.tell(operationId);
  }

  async saveProgress(operationId: string, epoch: number, saved: SavedProgress): Promise<boolean> {
    const row = this.rows.get(operationId);
    if (row?.epoch !== epoch || !isActive(row.operation)) return false;
    row.operation = { ...row.operation, ...jsonCopy(saved as SavedProgress & { warnings: string[] }) };
    this.tell(operationId);
    return true;
  }

  async saveRecords(operationId: string, epoch: number, change: RecordsChange): Promise<boolean> {
    const row = this.rows.get(operationId);
    if (row?.epoch !== epoch || !isActive(row.operation)) return false;
    const { metrics, phases } = jsonCopy(change);
    if (metrics !== null) row.points = changedMetrics(row.points, metrics);
    if (phases !== null) row.phases = phases;
    return true;
  }

  async metrics(operationId: string): Promise<MetricPoint[]> {
    return jsonCopy([...(this.rows.get(operationId)?.points ?? [])]);
  }

  async phases(operationId: string): Promise<TimelinePhase[]> {
    return jsonCopy([...(this.rows.get(operationId)?.phases ?? [])]);
  }

  async renew(lease: Lease, operations: ReadonlyMap<string, number>): Promise<StoredOperation[]> {
    const renewed: StoredOperation[] = [];
    for (const [id, epoch] of operations) {
      const row = this.rows.get(id);
      if (row?.epoch !== epoch || row.owner !== lease.owner || !isActive(row.operation)) continue;
      row.leaseEnds = this.clock.monotonic() + lease.ms;
      renewed.push(storedCopy(row));
    }
    return renewed;
  }

  async release(operationId: string, epoch: number): Promise<void> {
    const row = this.rows.get(operationId);
    if (row?.epoch === epoch) row.leaseEnds = -Infinity;
  }

  async owners(): Promise<string[]> {
    const active = [...this.rows.values()].filter(({ operation }) => isActive(operation));
    return [...new Set(active.map(({ owner }) => owner))];
  }

  // there is no await inside, so that only one caller gets an operation (I3)
  async takeOver(lease: Lease, at: string, most: number, gone: readonly string[] = []): Promise<TakenOver[]> {
    const now = this.clock.monotonic();
    const taken: TakenOver[] = [];
    for (const row of this.rows.values()) {
      if (taken.length >= most) break;
      const { owner: previousOwner, leaseEnds } = row;
      if (!isActive(row.operation) || (leaseEnds > now && !gone.includes(previousOwner))) continue;
      this.give(row, lease);
      row.history.push(takeOverEntry(row.operation, at, previousOwner));
      const heardAgoMs = now - (leaseEnds - lease.ms);
      const lastHeardAt = Number.isFinite(heardAgoMs)
        ? new Date(Date.parse(at) - heardAgoMs).toISOString()
        : null;
      taken.push({ ...storedCopy(row), request: jsonCopy(row.request), previousOwner, lastHeardAt });
    }
    return taken;
  }

  async removeEnded(before: string, most: number): Promise<string[]> {
    const ids = [...this.ended]
      .filter((id) => (this.existing(id).operation.completed_at ?? before) < before)
      .slice(0, most);
    for (const id of ids) this.remove(id);
    return ids;
  }

  onWrite(listener: (operationId: string | null) => void): () => void {
    return this.listeners.add(listener);
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {}

  private existing(operationId: string): Row {
    const row = this.rows.get(operationId);
    if (row === undefined) throw operationNotFound(operationId);
    return row;
  }

  private give(row: Row, lease: Lease): void {
    row.owner = lease.owner;
    row.epoch += 1;
    row.leaseEnds = this.clock.monotonic() + lease.ms;
  }

  private tell(operationId: string): void {
    this.listeners.tell(operationId);
  }

  private keepEnded(operationId: string): void {
    this.ended.add(operationId);
    for (const oldest of this.ended) {
      if (this.ended.size <= this.maxEnded) return;
      this.remove(oldest);
    }
  }

  private remove(operationId: string): void {
    const taskId = this.rows.get(operationId)?.taskId;
    if (taskId !== undefined) this.idOfTask.delete(taskId);
    this.ended.delete(operationId);
    this.rows.delete(operationId);
    this.tell(operationId);
  }
}

function filterOf({ statuses, types, createdFrom, createdBefore, search }: OperationQuery) {
  const words = searchWords(search);
  return (operation: Operation): boolean => {
    const { status, operation_type, created_at } = operation;
    const isListed =
      (statuses?.includes(status) ?? true) &&
      (types === undefined || types.some((type) => type === operation_type)) &&
      (createdFrom === undefined || created_at >= createdFrom) &&
      (createdBefore === undefined || created_at < createdBefore);
    if (!isListed || words.length === 0) return isListed;
    const text = searchText(operation);
    return words.every((word) => text.includes(word));
  };
}

function storedCopy({ operation, epoch, owner, cancelForced }: Row): StoredOperation {
  return { operation: jsonCopy(operation) as Operation, epoch, owner, cancelForced };
}

function summaryCopy(operation: Operation): OperationSummary {
  const summary: OperationSummary & Partial<Operation> = { ...operation };
  delete summary.result;
  return jsonCopy(summary);
}
