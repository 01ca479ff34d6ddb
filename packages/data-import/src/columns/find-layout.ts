import { type ImportChoices, type KtrdrError, shown } from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';
import { looksLikeNumber, numberOfText, type DecimalSign } from '../numbers/number-text.js';
import { isChange } from './column-names.js';
import { findNamedColumns, type NamedTable } from './find-columns.js';
import { areNewestFirst } from '../times/time-column.js';
import { columnName, type ColumnGroup, type Layout, usedColumns } from './layout.js';
import { possibleOrders } from './price-order.js';

const PRICES = ['open', 'high', 'low', 'close'] as const;

/**
 * Finds the meanings of the columns: by name, or else by their values.
 *
 * @param named true if the header names prices
 * @param decimal sign before the decimals, as far as it is known
 */
export function findLayout(
  table: NamedTable,
  named: boolean,
  decimal: DecimalSign,
  choices: ImportChoices,
): Layout {
  const layout = findNamedColumns(table, named, choices);
  const [group] = layout.groups;
  const missing = PRICES.filter((price) => group![price] === -1);
  if (missing.length === 0) return layout;
  const free = freeNumbers(table, layout);
  if (missing.length < PRICES.length || free.length < PRICES.length) throw missingColumns(table, missing);
  return withOrder(table, layout, free, decimal);
}

/** Columns of numbers that have no meaning yet, after the time. */
function freeNumbers({ rows, names }: NamedTable, layout: Layout): number[] {
  const used = usedColumns(layout);
  return names
    .map((_, column) => column)
    .filter((column) => !used.has(column) && (column > layout.time || names[column] !== null))
    .filter((column) => !isChange(names[column] ?? ''))
    .filter((column) => {
      const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
      return cells.length > 0 && cells.filter((cell) => looksLikeNumber(cell)).length * 2 > cells.length;
    });
}

function missingColumns(table: NamedTable, missing: readonly string[]): KtrdrError {
  const some =
    missing.length === 1 ? `is no column for ${missing[0]!}` : `are no columns for ${missing.join(', ')}`;
  const names = list(table, [...table.names.keys()]);
  return importError(
    table.file,
    `there ${some}: a bar needs open, high, low and close. The columns are ${names}. ` +
      `If a column has another name, add --columns ${missing.map((price) => `${price}=NAME`).join(',')}`,
  );
}

/** The first four columns of numbers are the prices, the next one is the volume. */
function withOrder(table: NamedTable, layout: Layout, free: number[], decimal: DecimalSign): Layout {
  const four = free.slice(0, 4);
  const read = (sign: DecimalSign): number[][] =>
    table.rows
      .map((row) => four.map((column) => numberOfText(row[column] ?? '', sign)))
      .filter((row) => row.every((value) => Number.isFinite(value)));
  let sound = read(decimal);
  // the sign before the decimals may not be known yet
  if (sound.length === 0) sound = read(decimal === '.' ? ',' : '.');
  const orders = possibleOrders(isNewestFirst(table, layout) ? sound.toReversed() : sound);
  const [order] = orders;
  if (order === undefined || sound.length === 0)
    throw importError(
      table.file,
      `line ${table.line}: columns ${four.map((column) => column + 1).join(', ')} are not open, high, low and close in any order. ` +
        'Give the numbers of the columns: --columns time=1,open=2,high=3,low=4,close=5,volume=6; for a time of day in its own column, date=1,time=2',
    );
  const volume = volumeColumn(table, four, four[order.places[3]]!, free, decimal);
  const group: ColumnGroup = {
    ...layout.groups[0]!,
    open: four[order.places[0]]!,
    high: four[order.places[1]]!,
    low: four[order.places[2]]!,
    close: four[order.places[3]]!,
    volume: layout.groups[0]!.volume === -1 ? volume.column : layout.groups[0]!.volume,
  };
  const headerless = table.names.every((name) => name === null);
  const known = headerless && orders.length === 1 && order.name === 'open, high, low, close';
  const questions = known
    ? []
    : [
        {
          choice: 'columns' as const,
          message: `Columns ${list(table, four)} ${headerless ? 'have no header' : 'have unclear names'}: ${firstCells(table, four)}. Their values fit these orders: ${orders.map(({ name }) => name).join('; ')}.`,
          answers: orders.map(({ places }) =>
            PRICES.map((price, role) => `${price}=${four[places[role]!]! + 1}`).join(','),
          ),
          suggestion: null,
        },
      ];
  const notes = headerless
    ? [
        `The file has no header. By their values, columns ${list(table, four)} are ${order.name}` +
          `${group.volume === -1 ? '' : `; column ${group.volume + 1} is the volume`}.`,
      ]
    : [];
  return {
    ...layout,
    groups: [group],
    questions: [...layout.questions, ...questions, ...(volume.question === null ? [] : [volume.question])],
    notes: [...layout.notes, ...notes],
  };
}

/** The ratio of a price to the close changes by less than this between most rows: a dividend or a split is rare. */
const STEADY = 0.05;
const MOST_STEPS = 0.9;
const LEAST_STEPS = 3;

/**
 * The column after the prices. If another column follows, and this one moves with the prices, it may be a price too: an average, as Kraken's
 * API writes it, or an adjusted close, as Yahoo writes it.
 */
function volumeColumn(
  table: NamedTable,
  prices: number[],
  close: number,
  free: number[],
  decimal: DecimalSign,
): { column: number; question: Layout['questions'][number] | null } {
  const [after = -1, next] = free.slice(4);
  if (next === undefined) return { column: after, question: null };
  const numbersOf = (column: number): number[] =>
    table.rows.map((row) => numberOfText(row[column] ?? '', decimal));
  const values = numbersOf(after);
  if (!isBetween(values, prices.map(numbersOf)) && !movesWith(values, numbersOf(close)))
    return { column: after, question: null };
  return {
    column: next,
    question: {
      choice: 'columns',
      message: `Column ${after + 1} moves with the prices (${firstCells(table, [after])}). It may be an average or adjusted price, and column ${next + 1} the volume.`,
      answers: [`volume=${next + 1}`, `volume=${after + 1}`],
      suggestion: `column ${after + 1} could be a price`,
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

/** True if the values change in the same ratio as the close in most steps from row to row. */
function movesWith(values: number[], close: number[]): boolean {
  if (new Set(values).size === 1) return false;
  const ratios = values
    .map((value, row) => value / close[row]!)
    .filter((ratio) => ratio > 0 && Number.isFinite(ratio));
  const steps = ratios.slice(1).map((ratio, index) => Math.abs(ratio / ratios[index]! - 1));
  const steady = steps.filter((step) => step < STEADY).length;
  return steps.length >= LEAST_STEPS && steady >= steps.length * MOST_STEPS;
}

/** `Open, High` or, without names, `2, 3`. */
function list(table: NamedTable, columns: number[]): string {
  return columns.map((column) => columnName(table, column).replace(/^column /, '')).join(', ');
}

/** `line 1 has 187.15, 188.44`: some cells of the first row, as the file writes them. */
function firstCells({ line, rows }: NamedTable, columns: number[]): string {
  return `line ${line} has ${columns.map((column) => shown(rows[0]?.[column] ?? '')).join(', ')}`;
}

function isNewestFirst({ rows }: NamedTable, { time, clock }: Layout): boolean {
  return areNewestFirst(rows.map((row) => [row[time] ?? '', clock === -1 ? '' : (row[clock] ?? '')]));
}
