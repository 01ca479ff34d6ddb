import { importError } from '../bytes/import-error.js';
import { parseJson, RepeatedKeyError } from './parse-json.js';

/** A text that is no list of rows, and the values that it makes, are in memory while they are read. */
const MOST_BYTES = 512 * 2 ** 20;
/** Ends of values that are tried before more text is read. */
const MOST_TRIES = 8;
/** A row has at least so many cells. */
const LEAST_CELLS = 4;
const [LINE_FEED, COMMA, OPEN_LIST, CLOSE_LIST, CLOSE_OBJECT] = [10, 44, 91, 93, 125];

/**
 * The text of a file, from which complete rows are taken: those of a list at the root, or of lines with a row each.
 *
 * A piece of a list is complete if it can be read between brackets, so no character of it is looked at one by one.
 */
export class JsonText {
  private parts: Buffer[] = [];
  /** Bytes that are not taken yet. */
  length = 0;
  /** `null` until the first rows are taken. */
  private form: 'list' | 'lines' | null = null;
  /** The text is one value, or a list of something else. */
  private isWhole = false;
  /** Number of rows that were taken. */
  private lines = 0;
  /** Number of line feeds in the text of a list that was taken. */
  private lineFeeds = 0;
  /** Text of this length had no complete row, or was not tried. */
  private tried = 0;

  constructor(private readonly file: string) {}

  add(chunk: Uint8Array): void {
    this.parts.push(Buffer.from(chunk));
    this.length += chunk.length;
    if (this.length > MOST_BYTES)
      throw importError(
        this.file,
        `the JSON text has more than ${MOST_BYTES / 2 ** 20} MB: save it as CSV or Parquet`,
      );
  }

  /** Complete rows, or `null` if more text is needed. */
  takeRows(): unknown[] | null {
    if (this.isWhole || this.length < 2 * this.tried) return null;
    const text = this.joined();
    this.form ??= firstByte(text) === OPEN_LIST ? 'list' : 'lines';
    const found = this.form === 'list' ? this.listRows(text) : this.lineRows(text);
    if (found === null) {
      this.tried = this.length;
      return null;
    }
    if (this.lines === 0 && !isRow(found.values[0])) {
      this.isWhole = true;
      return null;
    }
    this.tried = 0;
    this.lines += found.values.length;
    this.parts = [text.subarray(found.end)];
    this.length = text.length - found.end;
    return found.values;
  }

  /** What is left at the end: the last rows, or the whole value. */
  takeRest(): unknown {
    const text = this.joined();
    if (this.lines === 0) return this.whole(text.toString('utf8'));
    if (this.form === 'lines') return this.linesOf(text.toString('utf8'));
    return this.value(`[${text.toString('utf8')}`, undefined, this.lineFeeds);
  }

  private joined(): Buffer {
    if (this.parts.length !== 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0]!;
  }

  private listRows(text: Buffer): { values: unknown[]; end: number } | null {
    const start = this.lines === 0 ? text.indexOf(OPEN_LIST) + 1 : 0;
    if (this.lines === 0) this.lineFeeds = text.toString('latin1', 0, start).split('\n').length - 1;
    let at = text.length;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      at = Math.max(text.lastIndexOf(CLOSE_OBJECT, at - 1), text.lastIndexOf(CLOSE_LIST, at - 1));
      if (at <= start) return null;
      const comma = nextByte(text, at + 1);
      if (text[comma] !== COMMA) continue;
      try {
        const { value, lineFeeds } = parseJson(`[${text.toString('utf8', start, comma)}]`);
        const values = value as unknown[];
        if (this.lines > 0 || isRow(values[0])) this.lineFeeds += lineFeeds;
        return { values, end: comma + 1 };
      } catch (error) {
        if (error instanceof RepeatedKeyError) throw this.notJson(error, undefined, this.lineFeeds);
        // this is no end of a row: an earlier one may be
      }
    }
    return null;
  }

  private lineRows(text: Buffer): { values: unknown[]; end: number } | null {
    const first = text.indexOf(LINE_FEED);
    if (first === -1 || (this.lines === 0 && !isValue(text.toString('utf8', 0, first)))) {
      this.isWhole = first !== -1;
      return null;
    }
    const end = text.lastIndexOf(LINE_FEED) + 1;
    return { values: this.linesOf(text.toString('utf8', 0, end)), end };
  }

  /** JSON, or a JSON value in each line. */
  private whole(text: string): unknown {
    try {
      return parseJson(text).value;
    } catch (error) {
      if (error instanceof RepeatedKeyError || !isValue(text.split('\n', 1)[0]!)) throw this.notJson(error);
      return this.linesOf(text);
    }
  }

  private linesOf(text: string): unknown[] {
    try {
      return parseJson(`[${text.trim().replaceAll('\n', ',')}]`).value as unknown[];
    } catch {
      // an empty line, or a bad one: which one?
      return text
        .split('\n')
        .flatMap((line, at) => (line.trim() === '' ? [] : [this.value(line, this.lines + at + 1)]));
    }
  }

  private value(text: string, line?: number, linesBefore?: number): unknown {
    try {
      return parseJson(text).value;
    } catch (error) {
      throw this.notJson(error, line, linesBefore);
    }
  }

  private notJson(error: unknown, line?: number, linesBefore = 0): unknown {
    if (error instanceof RepeatedKeyError)
      return importError(this.file, `${error.message}: keep one of them`, {
        line: line ?? error.line + linesBefore,
      });
    const problem = (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200);
    return importError(this.file, `the JSON text cannot be read (${problem}): copy it again`, {
      cause: error,
      ...(line === undefined ? {} : { line }),
    });
  }
}

/** A list or an object of cells. A value with lists in it may be the whole answer of a source. */
function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const cells = Object.values(value);
  return cells.length >= LEAST_CELLS && cells.every((cell) => typeof cell !== 'object' || cell === null);
}

function isValue(line: string): boolean {
  try {
    parseJson(line);
    return true;
  } catch (error) {
    return error instanceof RepeatedKeyError;
  }
}

function firstByte(text: Buffer): number | undefined {
  return text[nextByte(text, 0)];
}

/** Position of the next byte that is no blank. */
function nextByte(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length && text[at]! <= 32) at++;
  return at;
}
