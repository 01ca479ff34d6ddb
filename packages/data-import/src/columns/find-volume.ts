import { shown } from '@ktrdr/contracts';
import { numberOfText, type DecimalSign } from '../numbers/number-text.js';
import type { NamedTable } from './find-columns.js';
import type { Layout } from './layout.js';

/** A volume is rarely as close to the price: within these ratios in most rows. */
const NEAR = [0.8, 1.25] as const;
const MOST_ROWS = 0.9;
/** Steps from row to row that say whether a column changes with the close. */
const LEAST_STEPS = 3;

/** The column of the volume; -1 if there is none. */
export interface FoundVolume {
  column: number;
  question: Layout['questions'][number] | null;
}

/**
 * The first column of numbers after the prices is the volume. If its values look like prices, it may be an average, as Kraken's API
 * writes it, or an adjusted close, as Yahoo writes it: the import asks.
 *
 * @param layout has the prices, and no volume
 * @param after columns of numbers without a meaning, after the prices
 */
export function findVolume(
  table: NamedTable,
  layout: Layout,
  after: readonly number[],
  decimal: DecimalSign,
): FoundVolume {
  const numbersOf = (column: number): number[] =>
    table.rows.map((row) => numberOfText(row[column] ?? '', decimal));
  // changes of prices can be negative, volumes cannot
  const [first = -1, next = -1] = after.filter((column) => !numbersOf(column).some((value) => value < 0));
  if (first === -1) return { column: -1, question: null };
  const values = numbersOf(first);
  const { open, high, low, close } = layout.groups[0]!;
  const closes = numbersOf(close);
  const looksLikePrice =
    values.some((value) => value > 0) &&
    (isBetween(values, [open, high, low, close].map(numbersOf)) ||
      isNear(values, closes) ||
      changesWith(values, closes, symbolsOf(table, layout)));
  if (!looksLikePrice) return { column: first, question: null };
  const shownCell = `line ${table.line} has ${shown(table.rows[0]?.[first] ?? '')}`;
  const other = next === -1 ? '' : `, and column ${next + 1} the volume`;
  return {
    column: next,
    question: {
      choice: 'columns',
      message: `The values of column ${first + 1} look like prices (${shownCell}). It may be an average or adjusted price${other}.`,
      answers: [next === -1 ? `adjusted_close=${first + 1}` : `volume=${next + 1}`, `volume=${first + 1}`],
      suggestion: `column ${first + 1} could be a price`,
    },
  };
}

/** True if each value is between the prices of its row, or 0. */
function isBetween(values: number[], prices: number[][]): boolean {
  return values.every((value, row) => {
    const ofRow = prices.map((all) => all[row]!);
    return (
      Number.isNaN(value) ||
      ofRow.some((price) => Number.isNaN(price)) ||
      (value >= Math.min(...ofRow) && value <= Math.max(...ofRow)) ||
      value === 0
    );
  });
}

/** True if most values are near the close. */
function isNear(values: number[], closes: number[]): boolean {
  const ratios = values.map((value, row) => value / closes[row]!).filter((ratio) => Number.isFinite(ratio));
  const near = ratios.filter((ratio) => ratio >= NEAR[0] && ratio <= NEAR[1]).length;
  return ratios.length > 0 && near >= ratios.length * MOST_ROWS;
}

/** True if the values usually change in the same ratio as the close of their symbol. */
function changesWith(values: number[], closes: number[], symbols: readonly string[]): boolean {
  const before = new Map<string, number>();
  const [differences, changes]: [number[], number[]] = [[], []];
  for (const [row, value] of values.entries()) {
    const close = closes[row]!;
    if (!(value > 0 && close > 0)) continue;
    const last = before.get(symbols[row]!);
    before.set(symbols[row]!, row);
    if (last === undefined) continue;
    const change = Math.log(close / closes[last]!);
    changes.push(Math.abs(change));
    differences.push(Math.abs(Math.log(value / values[last]!) - change));
  }
  return changes.length >= LEAST_STEPS && middle(differences) < middle(changes) / 2;
}

function symbolsOf({ rows }: NamedTable, { symbol }: Layout): string[] {
  return rows.map((row) => (symbol === -1 ? '' : (row[symbol] ?? '')));
}

function middle(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}
