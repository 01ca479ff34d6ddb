import { isTerminalStatus, nullInOutage, type Operation } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import { EVENT_INTERVAL_MS, type OperationEvent } from './events.js';
import type { OperationStore } from './operation-store.js';

/** Time between two reads of a store that cannot announce writes, ms. */
const LOOK_MS = 1_000;

export interface StoredWatchParts {
  store: OperationStore;
  clock: Clock;
  /** The current operation. @throws KtrdrError `operation_not_found` */
  get: (operationId: string) => Promise<Operation>;
  signal: AbortSignal | undefined;
  /** Ends the watch early: the operation runs in this process now and can be watched directly. */
  runsHere: () => boolean;
}

/**
 * Watches the stored operation of another process. Continues after an outage of the store. Ends like
 * `OperationsService.watch`.
 */
export async function* watchStored(
  operationId: string,
  { store, clock, get, signal, runsHere }: StoredWatchParts,
): AsyncGenerator<OperationEvent, void, undefined> {
  let written = false;
  let wake = () => {};
  const stop = store.onWrite((id) => {
    if (id !== null && id !== operationId) return;
    written = true;
    wake();
  });
  const leave = () => wake();
  const hasLeft = () => signal?.aborted === true;
  signal?.addEventListener('abort', leave);
  try {
    let shown: Operation | null = null;
    while (!hasLeft() && !runsHere()) {
      written = false;
      const now = await get(operationId).catch(nullInOutage);
      if (now !== null) {
        const type = shown === null ? 'status' : changeBetween(shown, now);
        shown = now;
        if (type !== null) yield { type, operation: now };
        if (isTerminalStatus(now.status)) return;
      }
      await clock.sleep(EVENT_INTERVAL_MS);
      if (written) continue;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const cancelTimer = clock.setTimer(LOOK_MS - EVENT_INTERVAL_MS, wake);
      if (!hasLeft()) await woken;
      cancelTimer();
    }
  } finally {
    stop();
    signal?.removeEventListener('abort', leave);
  }
}

function changeBetween(before: Operation, now: Operation): OperationEvent['type'] | null {
  if (before.status !== now.status || before.attempt !== now.attempt) return 'status';
  const [shown, newest] = [before, now].map(({ progress, warnings }) => JSON.stringify([progress, warnings]));
  return shown === newest ? null : 'progress';
}
