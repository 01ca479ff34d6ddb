import type { Clock } from './clock.js';

export interface Patience {
  clock: Clock;
  /** How long to ask in all, ms. Read after each failure: a cancel may change it. */
  withinMs: () => number;
  /** @throws if asking again cannot help */
  throwIfFinal: (error: unknown) => void;
  /** The error after `withinMs`. */
  timeIsUp: (error: unknown) => unknown;
  /** Called before each pause. @param waitedMs since the first question */
  onUnanswered?: (error: unknown, waitedMs: number) => void;
  /** Waits before question `asked + 1`. @throws if nobody waits for the answer any more */
  pause: (asked: number) => Promise<void>;
}

/**
 * Asks again until there is an answer: for a service that may be down for a while.
 * @param question gets the ms that are left
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
