/** Handles signals that ask a command to end: the current step finishes or is ended, no other step starts, and the command cleans up. */
import { constants } from 'node:os';

/** Abort reason of the `AbortSignal` that `stopOnSignals` returns. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Keeps this process alive on SIGINT, SIGTERM and SIGHUP. @returns an `AbortSignal` that aborts on the first of them */
export function stopOnSignals() {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}

/**
 * Sends SIGINT to a child, which then cancels its training and waits for the end. Skipped after Ctrl+C in a terminal, because the
 * terminal has already sent SIGINT to the child.
 */
export function interruptChild(child, signal) {
  if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill('SIGINT');
}
