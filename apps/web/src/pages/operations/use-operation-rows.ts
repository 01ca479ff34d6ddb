import { useEffect, useRef } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import type { ApiError } from '../../api/api-error.js';
import { request } from '../../api/client.js';
import { now } from '../../clock.js';
import { clockDifference } from '../../live/connection.js';
import { knownOperation, onOperationsChange, remember } from '../../live/operations.js';
import { belongs, filtersOf, queryOf, type FilterTexts, type ListFilters } from './list-filters.js';
import { OperationRows } from './operation-rows.js';

/** Rows of one request. */
const PAGE_ROWS = 100;
/** Rows of one request that loads everything. */
const MOST_PAGE_ROWS = 1_000;
/** Time between two removals of rows that have become too old, ms. */
const AGEING_MS = 60_000;

export interface OperationList {
  rows: OperationRows;
  /** Changes with the rows. */
  version: ReadonlySignal<number>;
  /** True until the first page is there. */
  isLoading: ReadonlySignal<boolean>;
  error: ReadonlySignal<ApiError | null>;
  /** New operations that wait until the reader's pointer leaves the list. */
  held: ReadonlySignal<readonly TypedOperationSummary[]>;
  /** Loads the rows of a range that are not there. */
  show(first: number, last: number): void;
  /** Loads all rows, at most `most`. */
  loadAll(most: number): Promise<void>;
  /** Shows the held operations. */
  release(): void;
  reload(): void;
}

/**
 * The operations of a filter, live.
 * @param holds true while a new row at the top would move what the reader points at
 */
export function useOperationRows(texts: FilterTexts, holds: () => boolean): OperationList {
  const key = JSON.stringify(texts);
  const version = useSignal(0);
  const isLoading = useSignal(true);
  const error = useSignal<ApiError | null>(null);
  const held = useSignal<readonly TypedOperationSummary[]>([]);
  const holdsNow = useRef(holds);
  holdsNow.current = holds;
  const current = useRef<{ key: string; list: LoadedList } | null>(null);
  if (current.current?.key !== key) {
    current.current?.list.close();
    const filters = (): ListFilters => filtersOf(texts, now() + clockDifference.peek());
    current.current = { key, list: new LoadedList(filters, { version, isLoading, error, held }) };
  }
  const { list } = current.current;

  useEffect(() => {
    list.reload();
    const forget = onOperationsChange((change) => {
      if (change.type === 'reloaded') list.reload();
      else if (change.type === 'removed') list.removed(change.operationId);
      else list.changed(change.operation, holdsNow.current());
    });
    const ageing = setInterval(() => list.age(), AGEING_MS);
    return () => {
      clearInterval(ageing);
      forget();
      list.close();
    };
  }, [key]);

  return {
    rows: list.rows,
    version,
    isLoading,
    error,
    held,
    show: (first, last) => list.show(first, last),
    loadAll: (most) => list.loadAll(most),
    release: () => list.release(),
    reload: () => list.reload(),
  };
}

interface ListSignals {
  version: { value: number; peek(): number };
  isLoading: { value: boolean };
  error: { value: ApiError | null };
  held: {
    value: readonly TypedOperationSummary[];
    peek(): readonly TypedOperationSummary[];
  };
}

/** Loads the pages of one filter. */
class LoadedList {
  readonly rows = new OperationRows((id) => knownOperation(id) !== undefined);
  private abort = new AbortController();
  private isReading = false;
  private wanted: [first: number, last: number] = [0, 0];
  /** Operations that were created or changed while a page was on its way: the page may lack them. */
  private arrived: TypedOperationSummary[] = [];
  /** Operations that left the list in that time: the page may still have them. */
  private readonly departed = new Set<string>();

  constructor(
    /** Computed at each call, because the last 24 hours move. */
    private readonly filters: () => ListFilters,
    private readonly signals: ListSignals,
  ) {
    signals.isLoading.value = true;
    signals.error.value = null;
    signals.held.value = [];
  }

  close(): void {
    this.abort.abort();
  }

  /** Reads what is visible again; the rest when it is shown. */
  reload(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.isReading = false;
    this.arrived = [];
    this.departed.clear();
    this.signals.held.value = [];
    const offset = Math.floor(this.wanted[0] / PAGE_ROWS) * PAGE_ROWS;
    void this.read(offset, PAGE_ROWS, true).then(() => this.show(...this.wanted));
  }

  show(first: number, last: number): void {
    this.wanted = [first, last];
    if (this.isReading || this.signals.error.value !== null) return;
    const hole = this.rows.firstHole(first, last);
    if (hole === -1) return;
    // a few rows before the hole too: they may have moved
    const offset = Math.max(0, Math.min(hole, this.rows.length - PAGE_ROWS / 2) - PAGE_ROWS / 4);
    void this.read(offset, PAGE_ROWS, false).then(() => this.show(...this.wanted));
  }

  async loadAll(most: number): Promise<void> {
    for (;;) {
      const hole = this.rows.firstHole(0, most - 1);
      if (hole === -1 || !(await this.read(hole, Math.min(MOST_PAGE_ROWS, most - hole), false))) return;
    }
  }

  changed(operation: TypedOperationSummary, holds: boolean): void {
    const { operation_id: id } = operation;
    const isListed = this.rows.indexOf(id) !== -1;
    // the API also searches in results, which the event does not have
    const filters = this.filters();
    if (!belongs(operation, isListed ? { ...filters, search: '' } : filters)) {
      this.removed(id);
      return;
    }
    if (this.isReading) {
      this.arrived.push(operation);
      this.departed.delete(id);
    }
    const { held } = this.signals;
    if (isListed || held.peek().some(({ operation_id }) => operation_id === id)) return;
    if (holds) held.value = [operation, ...held.peek()];
    else if (this.rows.add(operation)) this.tell();
  }

  removed(id: string): void {
    const { held } = this.signals;
    if (this.isReading) {
      this.arrived = this.arrived.filter(({ operation_id }) => operation_id !== id);
      this.departed.add(id);
    }
    held.value = held.peek().filter(({ operation_id }) => operation_id !== id);
    if (this.rows.remove(id)) this.tell();
  }

  /** Removes the rows that are too old by now. */
  age(): void {
    const { since } = this.filters();
    if (since !== null && this.rows.removeBefore(since)) this.tell();
  }

  release(): void {
    const { held } = this.signals;
    if (held.peek().length === 0) return;
    for (const operation of [...held.peek()].reverse()) this.rows.add(operation);
    held.value = [];
    this.tell();
  }

  /** @returns false if nothing was read */
  private async read(offset: number, limit: number, isFresh: boolean): Promise<boolean> {
    const { signal } = this.abort;
    this.isReading = true;
    try {
      const query = queryOf(this.filters(), { offset, limit });
      const { operations, total_count: total } = await request('listOperations', { query, signal });
      if (signal.aborted) return false;
      for (const operation of operations) remember(operation);
      if (isFresh) this.rows.forget();
      this.rows.place(offset, operations, { total, asked: limit });
      for (const operation of this.arrived) this.rows.add(operation);
      for (const id of this.departed) this.rows.remove(id);
      this.signals.error.value = null;
      return operations.length > 0;
    } catch (error) {
      if (!signal.aborted) this.signals.error.value = error as ApiError;
      return false;
    } finally {
      if (!signal.aborted) {
        this.isReading = false;
        this.arrived = [];
        this.departed.clear();
        this.signals.isLoading.value = false;
        this.tell();
      }
    }
  }

  private tell(): void {
    this.signals.version.value = this.signals.version.peek() + 1;
  }
}
