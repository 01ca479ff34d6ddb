import { createStyle, type Style } from './style.js';

/** `process.stdout` or what stands for it. */
export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Where a command writes: results to `out`, errors and notes to `err`. */
export class Output {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Lines may be redrawn. */
  readonly live: boolean;
  /** Colours of what goes to stdout, and of what goes to stderr. */
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

  /** Width of the terminal in characters; without bounds where there is none. */
  get columns(): number {
    return this.stdout.isTTY === true ? this.stdout.columns || 80 : Number.POSITIVE_INFINITY;
  }

  out(text: string): void {
    this.stdout.write(`${text}\n`);
  }

  err(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.out(JSON.stringify(value, null, 2));
  }
}
