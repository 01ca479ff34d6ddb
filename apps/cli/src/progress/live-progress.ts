import type { Clock } from '@ktrdr/contracts';
import type { Output } from '../output.js';
import { LiveLines } from './live-lines.js';
import type { ProgressDisplay } from './progress-display.js';
import { progressFrame } from './progress-frame.js';
import { progressParts, type ProgressState } from './progress-state.js';

/** The progress of one operation on three lines of the terminal. */
export class LiveProgress implements ProgressDisplay {
  private readonly lines: LiveLines;
  private state: ProgressState | null = null;

  constructor(output: Output, clock: Pick<Clock, 'now'>) {
    this.lines = new LiveLines(output, (frame) => {
      if (this.state === null) return [];
      const { columns, style, unicode } = output;
      return progressFrame(progressParts(this.state, clock.now()), { columns, style, unicode, frame });
    });
  }

  show(state: ProgressState): void {
    this.state = state;
    this.lines.show(3);
  }

  note(text: string): void {
    this.lines.note(text);
  }

  stop(): void {
    this.lines.stop();
    this.state = null;
  }
}
