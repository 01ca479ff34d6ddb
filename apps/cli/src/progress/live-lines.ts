import { stripVTControlCharacters } from 'node:util';
import { MultiBar } from 'cli-progress';
import type { Output } from '../output.js';
import { wrapped } from '../wrapped.js';

const FRAMES_PER_SECOND = 10;
const CLEAR_BELOW = '\u001b[0J';
const CLEAR_TO_END_OF_LINE = '\u001b[K';

/** Redraws a few lines of the terminal ten times a second. cli-progress moves the cursor; `draw` creates the text. */
export class LiveLines {
  private readonly bars: MultiBar;
  private isShown = false;
  private lines: string[] = [];
  private frame = 0;
  /** The terminal became narrower, so that the drawn lines now wrap. */
  private broken = false;

  /** @param draw returns the lines, always as many. Each is narrower than the terminal */
  constructor(
    private readonly output: Output,
    draw: (frame: number) => readonly string[],
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
      if (this.isShown) this.lines = [...draw(this.frame++)];
    });
    // The cursor is at the start of the first line.
    this.bars.on('redraw-pre', () => {
      if (this.broken) this.output.stdout.write(CLEAR_BELOW);
    });
  }

  /** Begins to draw. @param count number of lines */
  show(count: number): void {
    if (this.isShown) return;
    this.isShown = true;
    for (let line = 0; line < count; line++)
      this.bars.create(1, 0, {}, { format: () => this.lines[line] ?? '' });
    this.bars.update();
  }

  note(text: string): void {
    if (!this.isShown) {
      this.output.out(text);
    } else {
      // The terminal does not wrap lines while cli-progress draws.
      const lines = wrapped(text, this.output.columns - 1).split('\n');
      this.bars.log(lines.map((line) => `${line}${CLEAR_TO_END_OF_LINE}\n`).join(''));
      this.bars.update();
    }
  }

  /** Ends the drawing, and clears the lines. */
  stop(): void {
    if (!this.isShown) return;
    this.isShown = false;
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
}
