import type { TypedOperationSummary } from '@ktrdr/contracts';
import { effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { request } from '../api/client.js';
import { clockDifference, setConnection } from './connection.js';
import { readSharedStream } from './shared-reader.js';

/** A page leaves the stream after it was hidden for this long, ms. */
const HIDDEN_MS = 10_000;

/** What happened in the list of operations. `reloaded`: the stream was interrupted, and everything may have changed. */
export type OperationsChange =
  | { type: 'operation'; operation: TypedOperationSummary }
  | { type: 'removed'; operationId: string }
  | { type: 'reloaded' };

/** Most operations that the page remembers, so that a page that stays open for weeks does not grow. */
export const MOST_KNOWN = 20_000;

/** By id, the one that changed longest ago first. */
const known = new Map<string, Signal<TypedOperationSummary | null>>();
/** Ids of operations that a component shows. */
const watched = new Set<string>();
const listeners = new Set<(change: OperationsChange) => void>();
/** Listeners that need the stream while the page is hidden, such as notifications. */
const backgroundReaders = signal(0);

/** The newest state of an operation; `null` if it was removed. Every component that shows it shares one signal. */
export function operationSignal(
  operation: TypedOperationSummary,
): ReadonlySignal<TypedOperationSummary | null> {
  return remember(operation);
}

/** The newest state of an operation that was read before. */
export function knownOperation(id: string): ReadonlySignal<TypedOperationSummary | null> | undefined {
  return known.get(id);
}

/** Takes a state that a request has answered, unless the stream has brought a newer one, or has said that the operation was removed. */
export function remember(operation: TypedOperationSummary): Signal<TypedOperationSummary | null> {
  const { operation_id: id } = operation;
  let found = known.get(id);
  if (found === undefined) {
    found = signal<TypedOperationSummary | null>(operation, {
      watched: () => watched.add(id),
      unwatched: () => watched.delete(id),
    });
  } else {
    const newest = found.peek();
    // an id is not used again: an answer with a removed operation is an old one
    if (newest !== null && !isOlder(operation, newest)) found.value = operation;
    known.delete(id);
  }
  known.set(id, found);
  if (known.size > MOST_KNOWN) forgetOldest();
  return found;
}

/** Forgets the operation that changed longest ago and is not shown. */
function forgetOldest(): void {
  for (const id of known.keys()) {
    if (watched.has(id)) continue;
    known.delete(id);
    return;
  }
}

/** @returns removes the listener */
export function onOperationsChange(listener: (change: OperationsChange) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps the stream open while the page is hidden. @returns ends that */
export function listenInBackground(): () => void {
  backgroundReaders.value += 1;
  return () => {
    backgroundReaders.value -= 1;
  };
}

/** Reads the stream of all operations while the page is visible, or has listeners in the background. @returns a function that stops it */
export function followOperations(): () => void {
  let close: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    if (close !== null) return;
    setConnection('connecting');
    close = readSharedStream({
      heard: () => {},
      lost: (heardAt) => {
        setConnection('lost', heardAt ?? undefined);
        // a stream does not say why it was refused; an answer 401 to this leads to the login
        request('getCaller').catch(() => undefined);
      },
      received: (type, data, at) => receiveChange(type, JSON.parse(data), at),
    });
  }

  function pause(): void {
    close?.();
    close = null;
    setConnection('paused');
  }

  /** Leaves the stream when the user leaves the page: the shared worker does not notice, and the browser may show the page again. */
  function hide(): void {
    clearTimeout(timer);
    pause();
  }

  function update(): void {
    clearTimeout(timer);
    // read in any case: the effect below runs again when it changes
    const hasListeners = backgroundReaders.value > 0;
    if (document.visibilityState === 'visible' || hasListeners) open();
    else if (close === null) pause();
    else timer = setTimeout(pause, HIDDEN_MS);
  }

  document.addEventListener('visibilitychange', update);
  addEventListener('pagehide', hide);
  addEventListener('pageshow', update);
  const stopEffect = effect(update);
  return () => {
    stopEffect();
    document.removeEventListener('visibilitychange', update);
    removeEventListener('pagehide', hide);
    removeEventListener('pageshow', update);
    clearTimeout(timer);
    close?.();
  };
}

/**
 * Takes an event of the stream.
 * @param data the parsed JSON
 * @param at when it arrived, ms since 1970
 */
export function receiveChange(type: string, data: unknown, at: number): void {
  if (type === 'ready') {
    const { server_time } = data as { server_time: string };
    clockDifference.value = Date.parse(server_time) - at;
    setConnection('live');
    tell({ type: 'reloaded' });
  } else if (type === 'operation') {
    const operation = data as TypedOperationSummary;
    remember(operation);
    tell({ type: 'operation', operation });
  } else if (type === 'removed') {
    const { operation_id } = data as { operation_id: string };
    const removed = known.get(operation_id);
    if (removed !== undefined) removed.value = null;
    tell({ type: 'removed', operationId: operation_id });
  }
}

function tell(change: OperationsChange): void {
  for (const listener of listeners) listener(change);
}

/** An operation never goes back: its attempts count up, and within an attempt so do its status and its progress. */
function isOlder(operation: TypedOperationSummary, than: TypedOperationSummary): boolean {
  if (operation.attempt !== than.attempt) return operation.attempt < than.attempt;
  const difference = STATUS_ORDER[operation.status] - STATUS_ORDER[than.status];
  if (difference !== 0) return difference < 0;
  return operation.progress.percentage < than.progress.percentage;
}

const STATUS_ORDER: Readonly<Record<TypedOperationSummary['status'], number>> = {
  pending: 0,
  running: 1,
  cancelling: 2,
  completed: 3,
  failed: 3,
  cancelled: 3,
};
