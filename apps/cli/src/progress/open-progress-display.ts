import type { Clock } from '@ktrdr/contracts';
import type { ReadOptions } from '../read-options.js';
import type { Output } from '../output.js';
import { LiveProgress } from './live-progress.js';
import { PlainProgress } from './plain-progress.js';
import type { ProgressDisplay } from './progress-display.js';

/** With `json` or `quiet`, stdout is reserved for the answer: progress goes to stderr if `verbose` is set, else nowhere. */
export function openProgressDisplay(
  output: Output,
  clock: Pick<Clock, 'now'>,
  { json, quiet, verbose }: ReadOptions,
): ProgressDisplay {
  const toStderr = (text: string) => output.err(text);
  if (json || quiet) return verbose ? new PlainProgress(toStderr, clock) : new SilentProgress(toStderr);
  return output.live ? new LiveProgress(output, clock) : new PlainProgress((text) => output.out(text), clock);
}

class SilentProgress implements ProgressDisplay {
  readonly note: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.note = write;
  }

  show(): void {}

  stop(): void {}
}
