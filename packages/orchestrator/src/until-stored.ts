import { isOutage } from '@ktrdr/contracts';
import type { Clock } from './clock.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** How long the end of an operation waits for the store, ms. */
const GIVE_UP_MS = 3_600_000;

export interface UntilStoredParts {
  clock: Clock;
  /** Nobody wants it stored any more. */
  isAbandoned: () => boolean;
}

/**
 * Writes until the store can be reached: the end of an operation is not lost because a database restarts. Throws what `write`
 * throws for any other reason, and after an hour.
 */
export async function untilStored<T>(
  write: () => Promise<T>,
  { clock, isAbandoned }: UntilStoredParts,
): Promise<T> {
  const end = clock.monotonic() + GIVE_UP_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!isOutage(error) || isAbandoned() || clock.monotonic() >= end) throw error;
    }
    await clock.sleep(pauseMs);
  }
}
