import type { Clock, OperationEvent } from '@ktrdr/orchestrator';

/** A silent stream says so often that it is alive, so that no proxy closes it. */
const HEARTBEAT_MS = 15_000;

/**
 * Changes of an operation as server-sent events: `event:` is what changed, `data:` the whole operation after it. Yields as
 * fast as the reader takes them, and a comment where there was nothing to say for a while. Ends with the changes.
 */
export async function* eventStream(
  changes: AsyncIterator<OperationEvent>,
  clock: Clock,
): AsyncGenerator<string, void, undefined> {
  let next = changes.next();
  for (let id = 1; ;) {
    const result = await orHeartbeat(next, clock);
    if (result === null) {
      yield ': still there\n\n';
      continue;
    }
    if (result.done === true) return;
    const { type, operation } = result.value;
    yield `id: ${id++}\nevent: ${type}\ndata: ${JSON.stringify(operation)}\n\n`;
    next = changes.next();
  }
}

/** What was waited for, or `null` when it is time for a heartbeat. */
async function orHeartbeat<T>(next: Promise<T>, clock: Clock): Promise<T | null> {
  let cancelTimer = () => {};
  const heartbeat = new Promise<null>((resolve) => {
    cancelTimer = clock.setTimer(HEARTBEAT_MS, () => resolve(null));
  });
  try {
    return await Promise.race([next, heartbeat]);
  } finally {
    cancelTimer();
  }
}
