const LINES_KEPT = 20;
const LINE_LENGTH = 500;

/** Cuts what a process writes into lines, passes them on and keeps the last ones: bounded, whatever is written. */
export class OutputTail {
  readonly #lines: string[] = [];
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(text: string): void {
    const pieces = (this.#rest + text).split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) this.#keep(piece);
    if (this.#rest.length > LINE_LENGTH) this.flush();
  }

  /** Takes an unfinished last line as a line. */
  flush(): void {
    if (this.#rest !== '') this.#keep(this.#rest);
    this.#rest = '';
  }

  /** The last lines, oldest first, without stack frames: for a person. */
  get lines(): string[] {
    return this.#lines.filter((line) => !/^\s+at /.test(line));
  }

  #keep(line: string): void {
    const text = line.trimEnd().slice(0, LINE_LENGTH);
    if (text === '') return;
    this.#lines.push(text);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    this.#onLine(text);
  }
}
