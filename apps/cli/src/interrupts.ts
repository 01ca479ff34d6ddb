import type { Clock } from '@ktrdr/contracts';

/**
 * npm and npx forward Ctrl+C to their child, which also gets it from the terminal: two signals within this time (ms) are one
 * press.
 */
const ONE_PRESS_MS = 300;

/** Source of the signals: `process`. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

export interface InterruptListeners {
  /** `press` counts from 1. */
  onInterrupt: (press: number) => void;
  onTerminate: () => void;
}

/** Calls the listeners until the returned function is called. */
export function listenForInterrupts(
  source: SignalSource,
  clock: Pick<Clock, 'now'>,
  { onInterrupt, onTerminate }: InterruptListeners,
): () => void {
  let presses = 0;
  let lastPress = Number.NEGATIVE_INFINITY;
  const interrupt = () => {
    const now = clock.now();
    if (now - lastPress < ONE_PRESS_MS) return;
    lastPress = now;
    presses += 1;
    onInterrupt(presses);
  };
  source.on('SIGINT', interrupt);
  source.on('SIGTERM', onTerminate);
  return () => {
    source.off('SIGINT', interrupt);
    source.off('SIGTERM', onTerminate);
  };
}
