import { shown, type AdjustChoice } from '@ktrdr/contracts';
import { priceProblem, volumeProblem } from '@ktrdr/market-data';
import { importError } from '../bytes/import-error.js';
import { namesPrices } from '../columns/column-groups.js';
import { columnName, type ColumnGroup, type Layout } from '../columns/layout.js';
import type { DecimalSign } from '../numbers/number-text.js';
import { MISSING, readNumber } from '../numbers/read-number.js';
import type { RowScanner } from '../table/row-scanner.js';
import { looksLikeTime, type TimeColumn } from '../times/time-column.js';
import { Currencies } from './currencies.js';
import { PRICE_NAMES, priceColumn } from './price-columns.js';
import type { RowProblems } from './row-problems.js';
import { cellsOf, commaHint, isDividend, rowText } from './row-text.js';
import { type ColumnValues, SeriesValues } from './series-values.js';
import { TableBreaks } from './table-breaks.js';
import { TICKS, type TableRows, VALUE_COLUMNS, VOLUME } from './table-rows.js';
import { whyUnwanted } from './wanted-rows.js';

const CLOSE = 3;
/** Why a row is left out whose bar was still open. */
export const OPEN_BAR = 'the bar was not complete';
/** A line that says why there is no bar. */
const HOLIDAY = /holiday|closed|weekend|feiertag|férié|festivo|feriado|休市|休場/i;
const OPEN_BAR_WORD = /^(false|0|no)$/i;
/** Values of such a column that a question shows. */
const MOST_WORDS = 3;

/** Options of a row reader. */
export interface RowReaderOptions {
  file: { name: string };
  layout: Layout;
  /** Cells that a row has. */
  width: number;
  decimal: DecimalSign;
  /** The prices are divided by it. */
  priceScale: number;
  /** The volumes are multiplied by it. */
  volumeScale: number;
  adjust: AdjustChoice;
  /** Cells of the header, to recognize it if it is repeated. */
  header: string[] | null;
  rows: TableRows;
  times: TimeColumn;
  problems: RowProblems;
}

/** Reads the bars of a row: one, or one for each symbol if a file has several side by side. */
export class RowReader {
  /** As the file writes them, by index. */
  readonly symbols: string[] = [];
  /** Indexes of rows whose prices are all 0. */
  readonly zeroRows: number[] = [];
  /** Number of rows with an empty volume. */
  emptyVolumes = 0;
  private readonly values = new Float64Array(VALUE_COLUMNS);
  private readonly symbolIndex = new Map<string, number>();
  private lastSymbol = Buffer.alloc(0);
  private lastSymbolIndex = 0;
  /** Index of each row whose bar was not complete. */
  readonly openRows: number[] = [];
  /** Values of the column that says whether a bar was complete. */
  readonly completeWords = new Set<string>();
  private readonly series: SeriesValues;
  private readonly currencies = new Currencies();
  private readonly breaks: TableBreaks;

  constructor(private readonly options: RowReaderOptions) {
    this.breaks = new TableBreaks(options.problems);
    this.series = new SeriesValues(options.layout.series);
  }

  /** A column that tells series apart, if the bars of one symbol have several of its values. */
  get severalValues(): ColumnValues | null {
    return this.series.several;
  }

  /** Reads the scanner's row. */
  read(scanner: RowScanner): void {
    const { layout, problems, width } = this.options;
    if (layout.wanted.length > 0) {
      const why = whyUnwanted(layout, scanner);
      if (why !== null) return this.leaveOut(scanner, why);
    }
    if (layout.complete !== -1 && layout.complete < scanner.fields) {
      const word = scanner.text(layout.complete);
      if (this.completeWords.size < MOST_WORDS) this.completeWords.add(word);
      if (OPEN_BAR_WORD.test(word)) return this.readOpenBar(scanner);
    }
    let withPrices = 0;
    for (const group of layout.groups) {
      if (!this.readPrices(scanner, group)) continue;
      withPrices++;
      if (scanner.fields === width || this.hasExtraBlanks(scanner)) this.readBar(scanner, group);
      else {
        const hint = commaHint(scanner, width);
        problems.add(scanner.line, `the line has ${scanner.fields} columns instead of ${width}${hint}`);
        return;
      }
    }
    // beside other symbols, a symbol without a price did not trade
    if (withPrices === 0) this.leaveOut(scanner, () => this.whyLeftOut(scanner));
    else this.breaks.addBar();
  }

  private leaveOut(scanner: RowScanner, why: string | (() => string)): void {
    const { layout, problems } = this.options;
    problems.leftOut.add(scanner.line, why);
    // rows with a symbol of their own need no title
    if (layout.symbol !== -1) return;
    if (this.isHeader(scanner)) this.breaks.add(scanner.line, 'a header');
    else if (this.isTitle(scanner)) this.breaks.add(scanner.line, `the line ${shown(rowText(scanner))}`);
  }

  /** True for words without a time. */
  private isTitle(scanner: RowScanner): boolean {
    const { time } = this.options.layout;
    const cell = time < scanner.fields ? scanner.text(time) : '';
    const isCode = scanner.fields === 1 && /^\d{1,6}$/.test(cell);
    if (!isCode && cell !== '' && looksLikeTime(cell)) return false;
    const text = rowText(scanner);
    const isWord = scanner.fields === 1 || /\p{L}/u.test(cell === '' ? text : cell);
    return isWord && !isDividend(text) && !HOLIDAY.test(text);
  }

  /** Only the time of a bar that was still open counts. */
  private readOpenBar(scanner: RowScanner): void {
    const { layout, problems, rows } = this.options;
    const symbol = this.symbolOf(scanner, layout.groups[0]!);
    if (symbol === -1) return;
    if (this.pushTime(scanner) !== null) return problems.leftOut.add(scanner.line, OPEN_BAR);
    this.openRows.push(rows.length);
    rows.push(scanner.line, symbol, this.values.fill(0));
  }

  private pushTime({ line, bytes, starts, ends }: RowScanner): string | null {
    const { times, layout } = this.options;
    const { time, clock } = layout;
    return clock === -1
      ? times.push(line, bytes, starts[time]!, ends[time]!)
      : times.push(line, bytes, starts[time]!, ends[time]!, starts[clock]!, ends[clock]!);
  }

  /** Reads the prices into `values`. @returns false if the row is not a bar */
  private readPrices(scanner: RowScanner, group: ColumnGroup): boolean {
    const { values } = this;
    let missing = 0;
    let isSound = true;
    for (let price = 0; price <= CLOSE; price++) {
      const value = this.price(scanner, priceColumn(group, price));
      values[price] = value;
      if (value === MISSING) missing++;
      else if (Number.isNaN(value)) isSound = false;
    }
    if (missing === CLOSE + 1) return false;
    return isSound || !this.isNoBar(scanner, group, missing);
  }

  private readBar(scanner: RowScanner, group: ColumnGroup): void {
    const { layout, problems, rows, adjust } = this.options;
    const { line } = scanner;
    const { values } = this;
    if (!this.currencies.areSame(scanner, group, problems)) return;
    for (let price = 0; price <= CLOSE; price++) {
      if (Number.isFinite(values[price])) continue;
      const column = priceColumn(group, price);
      problems.add(line, this.wrongNumber(scanner, PRICE_NAMES[price]!, column), column);
      return;
    }
    if (!this.readVolume(scanner, VOLUME, group.volume)) return;
    if (!this.readVolume(scanner, TICKS, group.tickVolume)) return;
    if (adjust !== 'none' && !this.adjust(scanner, group)) return;
    const problem = this.problemOfValues();
    if (problem !== null) return problems.add(line, problem);
    const symbol = this.symbolOf(scanner, group);
    if (symbol === -1) return;
    const wrong = this.pushTime(scanner);
    if (wrong !== null) return problems.add(line, wrong, layout.time);
    if (layout.series.length > 0) this.series.add(scanner, symbol);
    if (Number.isNaN(values[VOLUME]) || Number.isNaN(values[TICKS])) this.emptyVolumes++;
    if (values[0] === 0 && values[1] === 0 && values[2] === 0 && values[CLOSE] === 0)
      this.zeroRows.push(rows.length);
    rows.push(line, symbol, values);
  }

  private problemOfValues(): string | null {
    const { values } = this;
    const problem =
      priceProblem(values[0]!, values[1]!, values[2]!, values[CLOSE]!) ?? volumeProblem(values[VOLUME]!);
    return problem === null || this.options.adjust !== 'close'
      ? problem
      : `${problem}; the close is the adjusted close: --adjust ratio adjusts all prices`;
  }

  private price(scanner: RowScanner, column: number): number {
    const { priceScale } = this.options;
    const value = this.number(scanner, column);
    // MISSING stays what it is
    return priceScale === 1 ? value : value / priceScale;
  }

  private number(scanner: RowScanner, column: number): number {
    if (column >= scanner.fields) return MISSING;
    return readNumber(scanner.bytes, scanner.starts[column]!, scanner.ends[column]!, this.options.decimal);
  }

  /** Reads a volume; `NaN` stands for an empty one, which Interactive Brokers writes as -1. @returns false if it is bad */
  private readVolume(scanner: RowScanner, role: number, column: number): boolean {
    if (column === -1) {
      this.values[role] = 0;
      return true;
    }
    const value = this.number(scanner, column);
    if (Number.isNaN(value)) {
      this.options.problems.add(scanner.line, this.wrongNumber(scanner, 'volume', column), column);
      return false;
    }
    const { volumeScale } = this.options;
    const isEmpty = value === MISSING || value === -1;
    this.values[role] = isEmpty
      ? NaN
      : role === VOLUME && volumeScale !== 1
        ? scaled(value, volumeScale)
        : value;
    return true;
  }

  private adjust(scanner: RowScanner, group: ColumnGroup): boolean {
    const { problems, adjust } = this.options;
    const { values } = this;
    const column = group.adjustedClose;
    const adjusted = this.price(scanner, column);
    if (!Number.isFinite(adjusted)) {
      problems.add(scanner.line, this.wrongNumber(scanner, 'adjusted close', column), column);
      return false;
    }
    if (adjust === 'ratio') {
      const close = values[CLOSE]!;
      if (close === 0) {
        problems.add(scanner.line, 'close is 0, so there is no ratio of adjusted close to close', column);
        return false;
      }
      const ratio = adjusted / close;
      for (let price = 0; price < CLOSE; price++) values[price] = values[price]! * ratio;
    }
    values[CLOSE] = adjusted;
    return true;
  }

  /** Index of the row's symbol. */
  private symbolOf(scanner: RowScanner, group: ColumnGroup): number {
    const column = this.options.layout.symbol;
    if (column === -1) return group.symbol === null ? 0 : this.indexOf(group.symbol);
    const start = scanner.starts[column]!;
    const end = scanner.ends[column]!;
    const { bytes } = scanner;
    if (
      this.lastSymbol.length === end - start &&
      this.symbols.length > 0 &&
      this.lastSymbol.compare(bytes, start, end) === 0
    )
      return this.lastSymbolIndex;
    const text = scanner.text(column);
    if (text === '') {
      this.options.problems.add(scanner.line, 'symbol is empty', column);
      return -1;
    }
    this.lastSymbol = Buffer.from(bytes.subarray(start, end));
    this.lastSymbolIndex = this.indexOf(text);
    return this.lastSymbolIndex;
  }

  private indexOf(symbol: string): number {
    const known = this.symbolIndex.get(symbol);
    if (known !== undefined) return known;
    this.symbolIndex.set(symbol, this.symbols.length);
    return this.symbols.push(symbol) - 1;
  }

  /** True if no price of a row is a number: a dividend, a note, a second header. */
  private isNoBar(scanner: RowScanner, group: ColumnGroup, missing: number): boolean {
    const prices = this.values.subarray(0, CLOSE + 1);
    if (prices.some((value) => Number.isFinite(value))) return false;
    if (isDividend(rowText(scanner)) || this.isHeader(scanner)) return true;
    if (namesPrices(cellsOf(scanner)))
      throw importError(
        this.options.file.name,
        'another table begins here, with other columns: split the file',
        { line: scanner.line },
      );
    const garbled = prices.findIndex((value) => Number.isNaN(value));
    return missing === CLOSE && !/\d/.test(scanner.text(priceColumn(group, garbled)));
  }

  private isHeader(scanner: RowScanner): boolean {
    const { header } = this.options;
    return (
      header !== null &&
      header.length === scanner.fields &&
      header.every((cell, field) => cell === scanner.text(field))
    );
  }

  private whyLeftOut(scanner: RowScanner): string {
    if (this.isHeader(scanner)) return 'a repeated header';
    const text = rowText(scanner);
    if (/split/i.test(text)) return `a split, not a bar: ${shown(text)}`;
    if (isDividend(text)) return `a dividend, not a bar: ${shown(text)}`;
    return 'no price';
  }

  /** Separators at the end of a line make empty cells. */
  private hasExtraBlanks(scanner: RowScanner): boolean {
    const { width } = this.options;
    if (scanner.fields < width) return false;
    for (let field = width; field < scanner.fields; field++)
      if (scanner.starts[field] !== scanner.ends[field]) return false;
    return true;
  }

  private wrongNumber(scanner: RowScanner, what: string, column: number): string {
    const text = column < scanner.fields ? scanner.text(column) : '';
    const name = columnName(this.options.layout, column);
    const label = name.toLowerCase() === what ? what : `${what} (${name})`;
    if (text === '') return `${label} is empty`;
    const other = this.options.decimal === '.' ? ',' : '.';
    const hint = text.includes(other) ? `: this file has decimal ${other === ',' ? 'points' : 'commas'}` : '';
    return `${label} ${shown(text)} is not a number${hint}`;
  }
}

/** Moves the decimal point: 82.3 * 1000 is not 82300. */
function scaled(value: number, scale: number): number {
  return Number((value * scale).toPrecision(15));
}
