import { stripVTControlCharacters } from 'node:util';
import { MultiBar } from 'cli-progress';
import type { Clock } from '../clock.js';
import type { Output } from '../output.js';
import { wrapped } from '../printable.js';
import type { ProgressDisplay } from './progress-display.js';
import { progressFrame } from './progress-frame.js';
import { progressParts, type ProgressState } from './progress-state.js';

const FRAMES_PER_SECOND = 10;
const CLEAR_BELOW = '\u001b[0J';

/** A few lines of the terminal, drawn again ten times a second: cli-progress moves the cursor, `progressFrame` says what is there. */
export class LiveProgress implements ProgressDisplay {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #bars: MultiBar;
  #state: ProgressState | null = null;
  #lines: [string, string, string] = ['', '', ''];
  #frame = 0;
  /** The lines as they were last drawn are now broken into several. */
  #broken = false;

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#bars = new MultiBar({
      // @ts-expect-error any stream that can be written to will do
      stream: output.stdout,
      fps: FRAMES_PER_SECOND,
      hideCursor: true,
      clearOnComplete: true,
      // Notes are written over the first line: all are drawn again.
      forceRedraw: true,
      gracefulExit: false,
    });
    this.#bars.on('update-pre', () => {
      this.#returnOverBrokenLines();
      this.#draw();
    });
    // The cursor is where the first line begins.
    this.#bars.on('redraw-pre', () => {
      if (this.#broken) this.#output.stdout.write(CLEAR_BELOW);
    });
  }

  show(state: ProgressState): void {
    const first = this.#state === null;
    this.#state = state;
    if (!first) return;
    for (const line of [0, 1, 2] as const) {
      this.#bars.create(1, 0, {}, { format: () => this.#lines[line] });
    }
    this.#bars.update();
  }

  note(text: string): void {
    if (this.#state === null) {
      this.#output.out(text);
    } else {
      // Lines do not wrap by themselves while the bars are drawn.
      this.#bars.log(`${wrapped(text, this.#output.columns - 1)}\n`);
      this.#bars.update();
    }
  }

  stop(): void {
    if (this.#state === null) return;
    this.#state = null;
    this.#returnOverBrokenLines();
    this.#bars.stop();
  }

  /** A terminal that has become narrower breaks what is drawn into more lines than `MultiBar` will go back over. */
  #returnOverBrokenLines(): void {
    const more = this.#lines
      .map((line) => Math.floor(stripVTControlCharacters(line).trimEnd().length / this.#output.columns))
      .reduce((sum, lines) => sum + lines, 0);
    this.#broken = more > 0;
    if (this.#broken) this.#output.stdout.write(`\u001b[${more}A`);
  }

  #draw(): void {
    if (this.#state === null) return;
    this.#lines = progressFrame(progressParts(this.#state, this.#clock.now()), {
      columns: this.#output.columns,
      style: this.#output.style,
      frame: this.#frame++,
    });
  }
}
