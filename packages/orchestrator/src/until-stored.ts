import { isOutage } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import { untilAnswered } from './until-answered.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** How long the end of an operation waits for the store, ms. */
const GIVE_UP_MS = 3_600_000;

export interface UntilStoredParts {
  clock: Clock;
  /** Another process has taken the operation over. */
  isAbandoned: () => boolean;
}

/**
 * Writes until the store is available: the end of an operation is not lost because a database restarts (I11).
 * @throws any other error of `write`; the outage's error after an hour
 */
export function untilStored<T>(
  write: () => Promise<T>,
  { clock, isAbandoned }: UntilStoredParts,
): Promise<T> {
  return untilAnswered(write, {
    clock,
    withinMs: () => GIVE_UP_MS,
    throwIfFinal: (error) => {
      if (!isOutage(error) || isAbandoned()) throw error;
    },
    timeIsUp: (error) => error,
    pause: (asked) => clock.sleep(Math.min(FIRST_PAUSE_MS * 2 ** (asked - 1), LONGEST_PAUSE_MS)),
  });
}
