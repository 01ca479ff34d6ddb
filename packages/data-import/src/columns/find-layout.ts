import { type ImportChoices, type KtrdrError, shown } from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';
import { looksLikeNumber, numberOfText, type DecimalSign } from '../numbers/number-text.js';
import { isChange } from './column-names.js';
import { findNamedColumns, type NamedTable } from './find-columns.js';
import { areNewestFirst } from '../times/time-column.js';
import { findVolume } from './find-volume.js';
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
  if (missing.length > 0) {
    const free = freeNumbers(table, layout);
    if (missing.length < PRICES.length || free.length < PRICES.length) throw missingColumns(table, missing);
    return withOrder(table, layout, free.slice(0, 4), decimal);
  }
  // the user has chosen the prices, perhaps as the answer to the question about their order
  return named ? layout : withVolume(table, layout, decimal);
}

/** With the first column of numbers after the prices as the volume, unless the user has chosen it. */
function withVolume(table: NamedTable, layout: Layout, decimal: DecimalSign): Layout {
  const group = layout.groups[0]!;
  if (group.volume !== -1) return layout;
  const last = Math.max(...PRICES.map((price) => group[price]));
  const after = freeNumbers(table, layout).filter((column) => column > last);
  const { column, question } = findVolume(table, layout, after, decimal);
  return {
    ...layout,
    groups: [{ ...group, volume: column }],
    questions: question === null ? layout.questions : [...layout.questions, question],
  };
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

/** With the prices of the first four columns of numbers, in an order that their values allow, and the volume after them. */
function withOrder(table: NamedTable, layout: Layout, four: number[], decimal: DecimalSign): Layout {
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
  const group: ColumnGroup = {
    ...layout.groups[0]!,
    open: four[order.places[0]]!,
    high: four[order.places[1]]!,
    low: four[order.places[2]]!,
    close: four[order.places[3]]!,
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
  const ordered = withVolume(
    table,
    { ...layout, groups: [group], questions: [...layout.questions, ...questions] },
    decimal,
  );
  const { volume } = ordered.groups[0]!;
  const notes = headerless
    ? [
        `The file has no header. By their values, columns ${list(table, four)} are ${order.name}` +
          `${volume === -1 ? '' : `; column ${volume + 1} is the volume`}.`,
      ]
    : [];
  return { ...ordered, notes: [...layout.notes, ...notes] };
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
