import type { Clock } from '@ktrdr/contracts';
import { progressLine } from './progress-line.js';
import { progressParts, type ProgressState } from './progress-state.js';
import type { ProgressDisplay } from './progress-display.js';

/** Interval between two lines, ms. */
export const LINE_EVERY_MS = 3_000;

/**
 * Progress lines for a log. Prints a line immediately if the phase, the status or the connection changes or the first epoch begins,
 * otherwise every few seconds, and the last state at the end.
 */
export class PlainProgress implements ProgressDisplay {
  private printedAt = Number.NEGATIVE_INFINITY;
  private printed: ProgressState | null = null;
  private latest: ProgressState | null = null;

  constructor(
    private readonly write: (text: string) => void,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  show(state: ProgressState): void {
    this.latest = state;
    if (
      this.printed === null ||
      (milestone(this.printed) !== milestone(state) && said(this.printed) !== said(state)) ||
      this.clock.now() - this.printedAt >= LINE_EVERY_MS
    ) {
      this.print(state);
    }
  }

  note(text: string): void {
    this.write(text);
  }

  stop(): void {
    if (this.latest !== null && reached(this.latest) !== reached(this.printed)) this.print(this.latest);
  }

  private print(state: ProgressState): void {
    this.printed = state;
    this.printedAt = this.clock.now();
    this.write(progressLine(progressParts(state, this.printedAt)));
  }
}

/** The text of a line without its times, which always change. It stays the same when a waiting operation starts. */
function said(state: ProgressState): string {
  const { percentage, message } = progressParts(state, state.receivedAt);
  return `${percentage} ${message}`;
}

/** Identifies how far the work is, to detect progress since the last line. */
function reached(state: ProgressState | null): string {
  const { percentage, current_step } = state?.operation.progress ?? {};
  return JSON.stringify([percentage, current_step]);
}

/** The state whose change is printed immediately. */
function milestone({ operation, lost, cancelRequested }: ProgressState): string {
  const { phase, current_epoch } = operation.progress.context;
  return JSON.stringify([operation.status, phase, current_epoch !== null, lost, cancelRequested]);
}
