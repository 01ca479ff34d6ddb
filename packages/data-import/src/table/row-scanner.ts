const LINE_FEED = 10;
const RETURN = 13;
const QUOTE = 34;
const SPACE = 32;
const TAB = 9;
/** A row must not be longer: without a limit, a quote that is not closed makes the file one row. */
const MOST_ROW_BYTES = 1 << 20;
const MOST_FIELDS = 4096;

/** How a file separates its rows and fields. */
export interface Separators {
  /** Character code. A space stands for any number of spaces and tabs. */
  field: number;
  /** True if a bare carriage return ends a row. */
  returns: boolean;
}

/**
 * Splits UTF-8 text into rows of fields, quoted as RFC 4180 says. After `next`, field `i` is `bytes[starts[i], ends[i])`, without its
 * quotes and the blanks around it. Fields are valid until `push`.
 */
export class RowScanner {
  bytes = Buffer.allocUnsafe(1 << 18);
  readonly starts = new Int32Array(MOST_FIELDS);
  readonly ends = new Int32Array(MOST_FIELDS);
  /** Number of fields of the row; 0 for a blank line. */
  fields = 0;
  /** Line of the row's beginning, 1-based. */
  line = 0;
  /** Why no more rows can be read. */
  problem: { line: number; message: string } | null = null;
  private length = 0;
  private at = 0;
  private nextLine = 1;
  private ended = false;
  /** Fields of the row with a quote inside their quotes. */
  private readonly escaped: number[] = [];
  private readonly newline: number;

  constructor(private readonly separators: Separators) {
    this.newline = separators.returns ? RETURN : LINE_FEED;
  }

  /** Adds bytes. Rows before must have been taken. */
  push(chunk: Uint8Array): void {
    const kept = this.length - this.at;
    if (kept + chunk.length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(kept + chunk.length);
      larger.set(this.bytes.subarray(this.at, this.length));
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.at, this.length);
    this.bytes.set(chunk, kept);
    this.at = 0;
    this.length = kept + chunk.length;
  }

  /** Says that no bytes follow, so that the last row needs no line end. */
  end(): void {
    this.ended = true;
  }

  /** Reads the next row. False if its end is not there yet. */
  next(): boolean {
    if (this.problem !== null || this.at === this.length) return false;
    this.escaped.length = 0;
    return this.separators.field === SPACE ? this.nextSpaced() : this.nextSeparated();
  }

  /** Text of a field. */
  text(field: number): string {
    return this.bytes.toString('utf8', this.starts[field], this.ends[field]);
  }

  private nextSeparated(): boolean {
    const { bytes, length, newline } = this;
    const separator = this.separators.field;
    let at = this.at;
    let start = at;
    let fields = 0;
    let lines = 1;
    for (; ; at++) {
      const byte = at < length ? bytes[at]! : -1;
      if (byte > SPACE && byte !== separator && byte !== QUOTE) continue;
      if (byte === separator) {
        if (fields === MOST_FIELDS - 1) return this.fail(`the line has more than ${MOST_FIELDS} columns`);
        this.setField(fields++, start, at);
        start = at + 1;
      } else if (byte === QUOTE && this.isBlank(start, at)) {
        const close = this.closingQuote(at);
        if (close === -1) return this.incomplete('the quote that begins here is not closed');
        lines += this.countLines(at, close);
        at = close;
      } else if (byte === newline || (byte === -1 && this.ended)) {
        this.setField(fields++, start, at);
        break;
      } else if (byte === -1)
        return this.incomplete('the line is longer than 1 MB: this is not a file of bars');
    }
    return this.finishRow(fields, at, lines);
  }

  private nextSpaced(): boolean {
    const { bytes, length, newline } = this;
    let at = this.at;
    let start = -1;
    let fields = 0;
    for (; ; at++) {
      const byte = at < length ? bytes[at]! : -1;
      if (byte > SPACE) {
        if (start === -1) start = at;
        continue;
      }
      if (byte === -1 && !this.ended)
        return this.incomplete('the line is longer than 1 MB: this is not a file of bars');
      if (start !== -1) {
        if (fields === MOST_FIELDS - 1) return this.fail(`the line has more than ${MOST_FIELDS} columns`);
        this.setField(fields++, start, at);
        start = -1;
      }
      if (byte === newline || byte === -1) break;
    }
    if (fields === 0) this.setField(fields++, at, at);
    return this.finishRow(fields, at, 1);
  }

  private finishRow(fields: number, end: number, lines: number): true {
    for (const field of this.escaped) this.unescape(field);
    this.fields = fields === 1 && this.starts[0] === this.ends[0] ? 0 : fields;
    this.at = Math.min(end + 1, this.length);
    this.line = this.nextLine;
    this.nextLine += lines;
    return true;
  }

  /** Keeps a field without the blanks around it and its quotes. */
  private setField(field: number, from: number, to: number): void {
    const { bytes } = this;
    let start = from;
    let end = to;
    while (start < end && bytes[start]! <= SPACE) start++;
    while (end > start && bytes[end - 1]! <= SPACE) end--;
    if (end - start >= 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE) {
      start++;
      end--;
      if (bytes.subarray(start, end).includes(QUOTE)) this.escaped.push(field);
      while (start < end && bytes[start]! <= SPACE) start++;
      while (end > start && bytes[end - 1]! <= SPACE) end--;
    }
    this.starts[field] = start;
    this.ends[field] = end;
  }

  /** Two quotes inside quotes become one. The row must be complete: it cannot be read again afterwards. */
  private unescape(field: number): void {
    const start = this.starts[field]!;
    const text = this.text(field).replaceAll('""', '"');
    this.ends[field] = start + this.bytes.write(text, start, 'utf8');
  }

  private isBlank(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (this.bytes[at] !== SPACE && this.bytes[at] !== TAB) return false;
    return true;
  }

  private closingQuote(open: number): number {
    const { bytes, length } = this;
    for (let at = open + 1; at < length; at++) {
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] === QUOTE && at + 1 < length) at++;
      else if (at + 1 < length || this.ended) return at;
    }
    return -1;
  }

  private countLines(from: number, to: number): number {
    let lines = 0;
    for (let at = from; at < to; at++) if (this.bytes[at] === this.newline) lines++;
    return lines;
  }

  /** The row continues beyond the available bytes. */
  private incomplete(message: string): false {
    if (this.ended || this.length - this.at > MOST_ROW_BYTES) return this.fail(message);
    return false;
  }

  private fail(message: string): false {
    this.problem = { line: this.nextLine, message };
    return false;
  }
}
