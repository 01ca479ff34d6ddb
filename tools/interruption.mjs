/** Signals that ask a command to end: it finishes or ends the step that runs, starts no other, and cleans up. */
import { constants } from 'node:os';

/** The reason of a `stopOnSignals` signal. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** From now on this process outlives Ctrl+C and its like; the answered `AbortSignal` aborts with the first. */
export function stopOnSignals() {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}

/** Ends a child as Ctrl+C does, which cancels a training and waits for it. A terminal has sent Ctrl+C to the child itself. */
export function interruptChild(child, signal) {
  if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill('SIGINT');
}
