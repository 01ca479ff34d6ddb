import { wrapped } from './printable.js';
import { createStyle, type Style } from './style.js';

/** `process.stdout` or a replacement. */
export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Where a command writes: results to `out`, errors and notes to `err`. Lines are wrapped at the terminal's width. */
export class Output {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** True if lines can be redrawn. */
  readonly live: boolean;
  /** Colours for stdout, and for stderr. */
  readonly style: Style;
  readonly errorStyle: Style;

  constructor(
    stdout: OutputStream,
    stderr: OutputStream,
    { noColour, dumb }: { noColour: boolean; dumb: boolean },
  ) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.live = stdout.isTTY === true && !dumb;
    this.style = createStyle(this.live && !noColour);
    this.errorStyle = createStyle(stderr.isTTY === true && !dumb && !noColour);
  }

  /** Width of the terminal in characters; `Infinity` without a terminal. */
  get columns(): number {
    return columnsOf(this.stdout);
  }

  out(text: string): void {
    this.stdout.write(`${wrapped(text, columnsOf(this.stdout) - 1)}\n`);
  }

  err(text: string): void {
    this.stderr.write(`${wrapped(text, columnsOf(this.stderr) - 1)}\n`);
  }

  json(value: unknown): void {
    this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }
}

function columnsOf({ isTTY, columns }: OutputStream): number {
  return isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY;
}
