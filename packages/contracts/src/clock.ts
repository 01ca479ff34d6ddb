/** The time. It is passed in everywhere, so that a test controls it. */
export interface Clock {
  /** Wall-clock time: ms since 1970-01-01 UTC. May jump when the machine's clock is set. */
  now(): number;
  /** Ms from an arbitrary start, fractional; never goes back. For measuring durations. */
  monotonic(): number;
  /** Resolves after `ms`. Rejects with `signal.reason` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `callback` once after `ms`; the returned function cancels that. A timer does not keep the process alive. */
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
