import { stripVTControlCharacters } from 'node:util';
import { MultiBar } from 'cli-progress';
import type { Clock } from '@ktrdr/contracts';
import type { Output } from '../output.js';
import { wrapped } from '../wrapped.js';
import type { ProgressDisplay } from './progress-display.js';
import { progressFrame } from './progress-frame.js';
import { progressParts, type ProgressState } from './progress-state.js';

const FRAMES_PER_SECOND = 10;
const CLEAR_BELOW = '\u001b[0J';

/** Redraws a few lines of the terminal ten times a second. cli-progress moves the cursor; `progressFrame` creates the text. */
export class LiveProgress implements ProgressDisplay {
  private readonly bars: MultiBar;
  private state: ProgressState | null = null;
  private lines: [string, string, string] = ['', '', ''];
  private frame = 0;
  /** The terminal became narrower, so that the drawn lines now wrap. */
  private broken = false;

  constructor(
    private readonly output: Output,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.bars = new MultiBar({
      // @ts-expect-error any writable stream works
      stream: output.stdout,
      fps: FRAMES_PER_SECOND,
      hideCursor: true,
      clearOnComplete: true,
      // A note overwrites the first line, so every line must be redrawn.
      forceRedraw: true,
      gracefulExit: false,
    });
    this.bars.on('update-pre', () => {
      this.returnOverBrokenLines();
      this.draw();
    });
    // The cursor is at the start of the first line.
    this.bars.on('redraw-pre', () => {
      if (this.broken) this.output.stdout.write(CLEAR_BELOW);
    });
  }

  show(state: ProgressState): void {
    const first = this.state === null;
    this.state = state;
    if (!first) return;
    for (const line of [0, 1, 2] as const) {
      this.bars.create(1, 0, {}, { format: () => this.lines[line] });
    }
    this.bars.update();
  }

  note(text: string): void {
    if (this.state === null) {
      this.output.out(text);
    } else {
      // The terminal does not wrap lines while cli-progress draws.
      this.bars.log(`${wrapped(text, this.output.columns - 1)}\n`);
      this.bars.update();
    }
  }

  stop(): void {
    if (this.state === null) return;
    this.state = null;
    this.returnOverBrokenLines();
    this.bars.stop();
  }

  /** If the terminal became narrower, the drawn lines wrap. Moves the cursor up over the additional lines, which `MultiBar` does not know. */
  private returnOverBrokenLines(): void {
    const more = this.lines
      .map((line) => Math.floor(stripVTControlCharacters(line).trimEnd().length / this.output.columns))
      .reduce((sum, lines) => sum + lines, 0);
    this.broken = more > 0;
    if (this.broken) this.output.stdout.write(`\u001b[${more}A`);
  }

  private draw(): void {
    if (this.state === null) return;
    this.lines = progressFrame(progressParts(this.state, this.clock.now()), {
      columns: this.output.columns,
      style: this.output.style,
      frame: this.frame++,
    });
  }
}
