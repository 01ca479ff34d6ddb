import { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** How long the end of an operation waits for the store, ms. */
const GIVE_UP_MS = 3_600_000;

export interface UntilStoredParts {
  clock: Clock;
  logger: OrchestratorLogger;
  /** Nobody wants it stored any more. */
  isAbandoned: () => boolean;
}

/**
 * Writes until the store can be reached: the end of an operation is not lost because a database restarts. Throws what `write`
 * throws for any other reason, and after an hour.
 */
export async function untilStored<T>(
  write: () => Promise<T>,
  { clock, logger, isAbandoned }: UntilStoredParts,
): Promise<T> {
  const end = clock.monotonic() + GIVE_UP_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await write();
    } catch (error) {
      const isAway = error instanceof KtrdrError && error.code === 'store_unavailable';
      if (!isAway || isAbandoned() || clock.monotonic() >= end) throw error;
      logger.warn('the store cannot be reached: the end of the operation waits', { error });
    }
    await clock.sleep(pauseMs);
  }
}
