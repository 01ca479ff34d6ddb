import type { Output } from '../output.js';
import { wrapped } from '../wrapped.js';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?1049l\u001b[?25h';
const HOME = '\u001b[H';
const CLEAR_TO_END_OF_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[0J';

/** The terminal's second screen: each drawing replaces the previous one, and the end restores the first screen. */
export class FullScreen {
  private isOpen = false;

  constructor(private readonly output: Output) {}

  draw(text: string): void {
    const { stdout, columns } = this.output;
    const rows = stdout.rows ?? 24;
    const lines = wrapped(this.output.safe(text), columns - 1).split('\n');
    const hidden = lines.length - (rows - 1);
    const shown =
      hidden <= 0
        ? lines
        : [...lines.slice(0, rows - 2), this.output.style.dim(`  … ${hidden + 1} more lines`)];
    const enter = this.isOpen ? '' : ENTER;
    this.isOpen = true;
    stdout.write(
      `${enter}${HOME}${shown.map((line) => `${line}${CLEAR_TO_END_OF_LINE}`).join('\n')}\n${CLEAR_BELOW}`,
    );
  }

  close(): void {
    if (this.isOpen) this.output.stdout.write(LEAVE);
    this.isOpen = false;
  }
}
