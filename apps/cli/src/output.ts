import { printable, printableJson, redact } from '@ktrdr/contracts';
import type { TerminalSettings } from './config.js';
import { wrapped } from './wrapped.js';
import { createStyle, type Style } from './style.js';

/** `process.stdout` or a replacement. */
export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/**
 * Where a command writes: results to `out`, errors and notes to `err`. Lines are wrapped at the terminal's width. Nothing reaches the
 * terminal that is not {@link printable}, apart from the colours of {@link Style}.
 */
export class Output {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** True if lines can be redrawn. */
  readonly live: boolean;
  /** True if more than ASCII can be shown. */
  readonly unicode: boolean;
  /** The command prints several objects: each is one line of JSON. */
  isStream = false;
  /** Suppresses notes: `--quiet`. */
  quiet = false;
  /** Colours for stdout, and for stderr. */
  readonly style: Style;
  readonly errorStyle: Style;

  constructor(
    stdout: OutputStream,
    stderr: OutputStream,
    { colour, dumb, unicode = true }: Omit<TerminalSettings, 'unicode'> & { unicode?: boolean },
  ) {
    this.unicode = unicode;
    this.stdout = stdout;
    this.stderr = stderr;
    this.live = stdout.isTTY === true && !dumb;
    const coloured = (isTTY: boolean): boolean =>
      colour === 'always' || (colour === 'auto' && isTTY && !dumb);
    this.style = createStyle(coloured(stdout.isTTY === true));
    this.errorStyle = createStyle(coloured(stderr.isTTY === true));
  }

  /** Width of the terminal in characters; `Infinity` without a terminal. */
  get columns(): number {
    return columnsOf(this.stdout);
  }

  out(text: string): void {
    this.stdout.write(`${wrapped(safe(text, this.style), columnsOf(this.stdout) - 1)}\n`);
  }

  err(text: string): void {
    this.stderr.write(`${wrapped(safe(redact(text), this.errorStyle), columnsOf(this.stderr) - 1)}\n`);
  }

  /** A text without anything but its own colours. */
  safe(text: string): string {
    return safe(text, this.style);
  }

  /** What is not an error: a hint, a warning, a note. `--quiet` suppresses it. */
  note(text: string): void {
    if (!this.quiet) this.err(text);
  }

  /** An unchanged text for a file or another program: neither wrapped nor coloured. */
  raw(text: string): void {
    this.stdout.write(printable(text));
  }

  /** One object of a stream: one line of JSON. */
  jsonLine(value: unknown): void {
    this.stdout.write(`${printableJson(value)}\n`);
  }

  json(value: unknown): void {
    if (this.isStream) return this.jsonLine(value);
    this.stdout.write(`${printableJson(value, 2)}\n`);
  }
}

/** The escape codes of {@link Style}. */
// oxlint-disable-next-line no-control-regex -- an escape code begins with a control character
const COLOURS = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

function safe(text: string, style: Style): string {
  if (style.bold('') === '') return printable(text);
  const parts = text.split(COLOURS);
  return parts.map((part) => (COLOURS.test(part) ? part : printable(part))).join('');
}

function columnsOf({ isTTY, columns }: OutputStream): number {
  return isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY;
}
