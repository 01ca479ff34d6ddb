import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time, passed in. */
export interface Clock {
  /** UTC ms. */
  now(): number;
  /** Ends early, without an error, where the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  // oxlint-disable-next-line no-restricted-properties -- the CLI's one clock
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleepFor(ms, undefined, { signal }).catch(() => undefined);
  },
};
