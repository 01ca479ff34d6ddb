const LINES_KEPT = 20;
const LINE_LENGTH = 500;
/** A frame or the heading of a JavaScript or native stack trace. */
const STACK_FRAME = /^\s+at |^\s*\d+: 0x[0-9a-f]+|^-+ (JavaScript|Native) stack trace -+/;

/**
 * Splits a process's output into lines of limited length, passes each on and keeps the last ones for error messages. Does not keep
 * stack traces.
 */
export class OutputTail {
  private readonly kept: string[] = [];
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  write(text: string): void {
    const pieces = (this.rest + text).split('\n');
    this.rest = pieces.pop() ?? '';
    for (const piece of pieces) this.keep(piece);
    if (this.rest.length > LINE_LENGTH) this.flush();
  }

  /** Ends an unfinished last line. */
  flush(): void {
    if (this.rest !== '') this.keep(this.rest);
    this.rest = '';
  }

  /** The last lines, oldest first. */
  get lines(): string[] {
    return [...this.kept];
  }

  private keep(line: string): void {
    const text = line.trimEnd().slice(0, LINE_LENGTH);
    if (text === '') return;
    this.onLine(text);
    if (STACK_FRAME.test(text)) return;
    this.kept.push(text);
    if (this.kept.length > LINES_KEPT) this.kept.shift();
  }
}
