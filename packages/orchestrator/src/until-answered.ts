import type { Clock } from './clock.js';

export interface Patience {
  clock: Clock;
  /** Total time for all attempts, ms. Read after each failure, because a cancel may change it. */
  withinMs: () => number;
  /** @throws if another attempt cannot succeed */
  throwIfFinal: (error: unknown) => void;
  /** The error after `withinMs`. */
  timeIsUp: (error: unknown) => unknown;
  /** Called before each pause. @param waitedMs ms since the first attempt */
  onUnanswered?: (error: unknown, waitedMs: number) => void;
  /** Waits before attempt `asked + 1`. @throws if the answer is no longer needed */
  pause: (asked: number) => Promise<void>;
}

/**
 * Retries until there is an answer, for a service that may be down for a while.
 * @param question one attempt; gets the remaining ms
 * @throws what `throwIfFinal`, `timeIsUp` or `pause` say
 */
export async function untilAnswered<T>(
  question: (leftMs: number) => Promise<T>,
  { clock, withinMs, throwIfFinal, timeIsUp, onUnanswered, pause }: Patience,
): Promise<T> {
  const began = clock.monotonic();
  for (let asked = 1; ; asked += 1) {
    try {
      return await question(Math.ceil(began + withinMs() - clock.monotonic()));
    } catch (error) {
      throwIfFinal(error);
      const waitedMs = clock.monotonic() - began;
      if (waitedMs >= withinMs()) throw timeIsUp(error);
      onUnanswered?.(error, waitedMs);
    }
    await pause(asked);
  }
}
