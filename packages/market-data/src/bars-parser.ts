import { TIMEFRAMES, TIMEFRAME_MS, shown, type Timeframe } from '@ktrdr/contracts';
import { priceProblem, volumeProblem } from './bar-rules.js';
import { BarsColumns } from './bars-columns.js';
import { BAR_COLUMNS, type BarsHeader, parseHeader } from './bars-header.js';
import { BarsProblemList } from './bars-problems.js';
import type { Bars } from './bars.js';
import { parseNumber } from './number.js';
import { TIMESTAMP_FORMS, formatTimestamp, parseTimestamp } from './timestamp.js';

const NEW_LINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const HASH = 35;
const COMMA = 44;
const QUOTE = 34;
/** A number with a decimal comma, as written in much of Europe: `1,5`, `1.234,56`. */
const DECIMAL_COMMA = /^[+-]?\d+(\.\d{3})*,\d+$/;

/** Share of bars at least a coarser timeframe apart from which a file belongs to that timeframe. */
const NEARLY_ALL = 0.95;
/** The lines of a file differ in length, so there may be more rows than its first lines tell. */
const SPARE_ROWS = 1.03;
/** With at least this many bars, the spacing between bars shows whether they belong to another timeframe. */
const MIN_BARS_TO_JUDGE_SPACING = 20;

const TIME = 0;

/** The bars to parse, and names for messages. */
export interface BarsParserOptions {
  symbol: string;
  timeframe: Timeframe;
  /** Base name of the file, for messages. */
  file: string;
  /** Size of the file. The first rows are used to estimate the number of rows. */
  bytes: number;
  /** Name of the timestamp column in the header. Default: `timestamp`. */
  timestampName?: string;
}

/**
 * Parses the lines of a bars file and checks them. Call `push` with whole lines, then `finish`. After a change of what it accepts or
 * returns, raise `FORMAT` in `cache/cached-bars-header.ts`.
 */
export class BarsParser {
  private readonly problems: BarsProblemList;
  private readonly columns: BarsColumns;
  private readonly row = new Float64Array(BAR_COLUMNS.length);
  private header: BarsHeader | undefined;
  private line = 0;
  private synthetic = false;
  private lastTime = -Infinity;
  private lastTimeLine = 0;
  private lastBarLine = 0;
  private readonly lineBlocks: { row: number; line: number }[] = [];
  private tooClose = 0;
  private minimumSpacing = Infinity;
  /** By timeframe: bars that open at least its length after the bar before them. */
  private readonly spacedApart = new Uint32Array(TIMEFRAMES.length);
  /** Index of the next coarser timeframe. */
  private readonly coarser: number;

  constructor(private readonly options: BarsParserOptions) {
    this.problems = new BarsProblemList(options.file);
    this.columns = new BarsColumns();
    this.coarser = TIMEFRAMES.indexOf(options.timeframe) + 1;
  }

  /** True when reading on is pointless: the header is wrong, or the problem list is full. */
  get ended(): boolean {
    return this.problems.isFull || (this.header === undefined && !this.problems.isEmpty);
  }

  /** Parses all complete lines of `bytes[0, length)`. Returns the start of the first incomplete line. */
  push(bytes: Buffer, length: number): number {
    let start = 0;
    while (!this.ended) {
      const end = bytes.indexOf(NEW_LINE, start);
      if (end === -1 || end >= length) {
        this.columns.reserve((this.columns.length / start) * this.options.bytes * SPARE_ROWS);
        return start;
      }
      this.pushLine(bytes, start, end);
      start = end + 1;
    }
    return length;
  }

  /** Parses one line: `bytes[from, to)`, without its line feed. */
  pushLine(bytes: Buffer, from: number, to: number): void {
    this.line++;
    let start = from;
    let end = to;
    if (this.line === 1) start = this.skipByteOrderMark(bytes, start, end);
    if (end > start && bytes[end - 1] === RETURN) end--;
    if (start === end) return;
    if (this.header !== undefined) this.readRow(bytes, start, end);
    else if (bytes[start] === HASH) this.readComment(bytes.toString('utf8', start, end));
    else this.readHeader(bytes.toString('utf8', start, end));
  }

  /** Records that the current line is longer than any line of bars can be. */
  refuseLongLine(bytes: Buffer): void {
    const why = bytes.includes(RETURN)
      ? 'lines end with a bare carriage return: save the file with Unix or Windows line endings'
      : `the line is longer than ${bytes.length} bytes: this is not a bars file`;
    this.problems.add(this.line + 1, why);
  }

  /** Returns the bars. Throws `bars_invalid` with all problems. */
  finish(): Bars {
    if (this.problems.isEmpty) this.checkWhole();
    if (!this.problems.isEmpty) throw this.problems.toError();
    const { symbol, timeframe, file } = this.options;
    const columns = this.columns.take();
    return {
      symbol,
      timeframe,
      ...columns,
      length: columns.time.length,
      synthetic: this.synthetic,
      file,
      lineBlocks: this.lineBlocks,
    };
  }

  private skipByteOrderMark(bytes: Buffer, from: number, to: number): number {
    const [first, second, third] = bytes.subarray(from, Math.min(to, from + 3));
    if (first === 0xef && second === 0xbb && third === 0xbf) return from + 3;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
      this.problems.add(1, 'the file is UTF-16: save it as UTF-8');
      return to;
    }
    return from;
  }

  private readComment(text: string): void {
    if (/^#\s*synthetic\b/i.test(text)) this.synthetic = true;
  }

  private readHeader(text: string): void {
    const header = parseHeader(text, this.options.timestampName ?? 'timestamp');
    if (typeof header === 'string') this.problems.add(this.line, header);
    else this.header = header;
  }

  private readRow(bytes: Buffer, from: number, to: number): void {
    const header = this.header!;
    const row = this.row;
    let column = 0;
    let start = from;
    let sound = true;
    let quoted = false;
    for (let at = from; at <= to; at++) {
      const byte = bytes[at];
      if (at < to && byte === QUOTE) quoted = !quoted;
      if (at < to && (byte !== COMMA || quoted)) continue;
      const role = column < header.length ? header[column]! : -1;
      if (role >= 0) sound = this.readField(role, bytes, start, at) && sound;
      column++;
      start = at + 1;
    }
    if (column !== header.length) {
      const line = bytes.toString('utf8', from, to);
      this.problems.add(
        this.line,
        `the line has ${column} columns, the header has ${header.length}${columnsHint(line, column - header.length)}`,
      );
    } else if (sound) {
      this.checkRow(row);
      if (this.line !== this.lastBarLine + 1)
        this.lineBlocks.push({ row: this.columns.length, line: this.line });
      this.lastBarLine = this.line;
      this.columns.push(row);
    }
  }

  private readField(role: number, bytes: Buffer, from: number, to: number): boolean {
    let start = from;
    let end = to;
    while (start < end && isBlank(bytes[start]!)) start++;
    while (end > start && isBlank(bytes[end - 1]!)) end--;
    if (end - start >= 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE) {
      start++;
      end--;
    }
    const value = role === TIME ? parseTimestamp(bytes, start, end) : parseNumber(bytes, start, end);
    this.row[role] = value;
    if (!Number.isNaN(value)) return true;
    const name = BAR_COLUMNS[role]!;
    const text = bytes.toString('utf8', start, end);
    if (text === '') this.problems.add(this.line, `${name} is empty`);
    else if (role !== TIME) {
      const hint = DECIMAL_COMMA.test(text) ? `: write ${withDecimalPoint(text)}, with a decimal point` : '';
      this.problems.add(this.line, `${name} ${shown(text)} is not a finite number${hint}`);
    } else
      this.problems.add(
        this.line,
        `timestamp ${shown(text)} is not a date and time: write it as ${TIMESTAMP_FORMS}`,
      );
    return false;
  }

  private checkRow(row: Float64Array): void {
    const [time, open, high, low, close, volume] = row as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    this.checkOrder(time);
    const wrongVolume = volumeProblem(volume);
    if (wrongVolume !== null) this.problems.add(this.line, wrongVolume);
    const wrongPrice = priceProblem(open, high, low, close);
    if (wrongPrice !== null) this.problems.add(this.line, wrongPrice);
  }

  private checkOrder(time: number): void {
    const spacing = time - this.lastTime;
    if (spacing > 0) {
      if (spacing < TIMEFRAME_MS[this.options.timeframe]) this.tooClose++;
      if (spacing < this.minimumSpacing) this.minimumSpacing = spacing;
      if (this.lastTime > -Infinity) this.countSpacing(spacing);
      this.lastTime = time;
      this.lastTimeLine = this.line;
      return;
    }
    const text = formatTimestamp(time);
    this.problems.add(
      this.line,
      spacing === 0
        ? `timestamp ${text} is a duplicate of line ${this.lastTimeLine}`
        : `timestamp ${text} is before line ${this.lastTimeLine} (${formatTimestamp(this.lastTime)}): sort the bars by time`,
    );
  }

  private countSpacing(spacing: number): void {
    for (let index = this.coarser; index < TIMEFRAMES.length; index++) {
      if (spacing < TIMEFRAME_MS[TIMEFRAMES[index]!]) return;
      this.spacedApart[index]!++;
    }
  }

  private checkWhole(): void {
    const { timeframe } = this.options;
    const rows = this.columns.length;
    if (this.header === undefined) {
      this.problems.add(
        Math.max(1, this.line),
        `the file ${this.line === 0 ? 'is empty' : 'has no header'}: it must start with the header ${BAR_COLUMNS.join(',')}`,
      );
    } else if (rows === 0) {
      this.problems.add(this.line, 'there are no bars after the header');
    } else if (rows >= MIN_BARS_TO_JUDGE_SPACING && this.tooClose * 2 > rows) {
      this.problems.add(
        this.lastTimeLine,
        `most bars are less than ${timeframe} apart (closest: ${this.minimumSpacing / 60_000} min): name the file after its real, finer timeframe`,
      );
    } else if (rows >= MIN_BARS_TO_JUDGE_SPACING) {
      const coarser = this.spacedApart.findLastIndex((bars) => bars >= (rows - 1) * NEARLY_ALL);
      if (coarser < 0) return;
      this.problems.add(
        this.lastTimeLine,
        `nearly all bars are ${TIMEFRAMES[coarser]} or more apart: name the file after its real, coarser timeframe. ` +
          `As ${timeframe} bars, they would count before they have closed`,
      );
    }
  }
}

/** A hint for lines with too many columns because of decimal commas: at least as many commas stand between digits. */
function columnsHint(line: string, tooMany: number): string {
  const betweenDigits = line.match(/\d,(?=\d)/g)?.length ?? 0;
  return tooMany > 1 && betweenDigits >= tooMany
    ? ': use decimal points, not decimal commas (1.5, not 1,5)'
    : '';
}

function withDecimalPoint(text: string): string {
  return text.replaceAll('.', '').replace(',', '.');
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}
