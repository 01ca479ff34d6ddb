import { randomBytes } from 'node:crypto';

/** Where time comes from. Passed in everywhere, so that a test owns it. */
export interface Clock {
  /** Wall-clock time: ms since 1970-01-01 UTC. May jump when the machine's clock is set. */
  now(): number;
  /** Ms from an arbitrary start, fractional; never goes back. For measuring durations. */
  monotonic(): number;
  /** Resolves after `ms`. Rejects with `signal.reason` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `callback` once after `ms`; the returned function takes it back. A timer does not keep the process alive. */
  setTimer(ms: number, callback: () => void): () => void;
}

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    });
  },
  setTimer(ms, callback) {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Gives the random part of an operation id: 4 to 32 characters of `[a-z0-9]`. */
export type RandomId = () => string;

/** Ten characters from the machine's randomness: two ids of one second meet once in 10^15. */
export const systemRandomId: RandomId = () =>
  Array.from(randomBytes(10), (byte) => (byte % 36).toString(36)).join('');
