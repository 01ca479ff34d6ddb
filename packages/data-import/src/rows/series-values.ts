import { type ImportQuestion, shown } from '@ktrdr/contracts';
import { isSame } from '../bytes/same-bytes.js';
import { ANY_VALUE, answerName, onlyAnswer } from '../columns/chosen-columns.js';
import { columnName, type Layout } from '../columns/layout.js';
import type { RowScanner } from '../table/row-scanner.js';

/** Values that are collected. More are no reason to read on. */
const MOST_VALUES = 50;
/** Values that a message names. */
const MOST_NAMED = 5;

/** Values of one column, in the order of the file. */
export interface ColumnValues {
  column: number;
  values: ReadonlySet<string>;
}

/** Finds columns that must have one value in all bars of a symbol, and have several. */
export class SeriesValues {
  /** First value of each symbol, by column and index of the symbol. */
  private readonly first: Buffer[][];
  private readonly seen: Set<string>[];
  private readonly mixed = new Set<number>();

  constructor(private readonly columns: readonly number[]) {
    this.first = columns.map(() => []);
    this.seen = columns.map(() => new Set());
  }

  add(scanner: RowScanner, symbol: number): void {
    const { bytes, starts, ends } = scanner;
    for (let at = 0; at < this.columns.length; at++) {
      const column = this.columns[at]!;
      const [from, to] = [starts[column]!, ends[column]!];
      if (column >= scanner.fields || from === to) continue;
      const firsts = this.first[at]!;
      const first = firsts[symbol];
      if (first === undefined) {
        firsts[symbol] = Buffer.from(bytes.subarray(from, to));
        this.keep(at, scanner.text(column));
      } else if (!isSame(first, bytes, from, to)) {
        this.mixed.add(at);
        this.keep(at, scanner.text(column));
      }
    }
  }

  /** The first column with several values in the bars of one symbol; `null`: none. */
  get several(): ColumnValues | null {
    const [at] = [...this.mixed].sort((a, b) => a - b);
    return at === undefined ? null : { column: this.columns[at]!, values: this.seen[at]! };
  }

  private keep(at: number, value: string): void {
    const seen = this.seen[at]!;
    if (seen.size <= MOST_VALUES) seen.add(value);
  }
}

/**
 * The question which value of a column belongs to the series.
 *
 * @param isOneSeries true if the rows of all values can be one series
 */
export function askValue(
  layout: Layout,
  { column, values }: ColumnValues,
  { why = '', isOneSeries }: { why?: string; isOneSeries: boolean },
): ImportQuestion {
  const all = [...values];
  const answers = all.filter((value) => !/,|->|^\*$/.test(value)).slice(0, MOST_NAMED);
  const name = columnName(layout, column);
  const named = all.slice(0, MOST_NAMED).map((value) => shown(value));
  const more = all.length > MOST_VALUES ? 'many more' : `${all.length - MOST_NAMED} more`;
  const listed = all.length > MOST_NAMED ? `${named.join(', ')} and ${more}` : named.join(', ');
  const apart =
    layout.symbol === -1
      ? ` To import each value as a symbol of its own: --columns symbol=${answerName(layout, column)}.`
      : '';
  return {
    choice: 'only',
    message:
      `The bars of one symbol have several values in ${/^column \d/.test(name) ? name : `column ${shown(name)}`}: ${listed}${why}. ` +
      `Which one do you want to import?${apart}`,
    answers: [...answers, ...(isOneSeries ? [ANY_VALUE] : [])].map((value) =>
      onlyAnswer(layout, column, value),
    ),
    suggestion: null,
  };
}
