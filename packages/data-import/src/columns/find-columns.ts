import type { ImportChoices, ImportColumn, ImportQuestion } from '@ktrdr/contracts';
import { meantTimeframe } from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';
import { isMissing, looksLikeNumber } from '../numbers/number-text.js';
import { meantColumns, type MeantColumn } from './column-groups.js';
import type { Meaning } from './column-names.js';
import { checkCurrencies } from './price-currencies.js';
import { askTimeColumn } from './rival-times.js';
import { answerName, chosenColumns, onlyColumns } from './chosen-columns.js';
import { looksLikeTime } from '../times/time-column.js';
import { clockColumn, findTimeColumns, type TimeColumns } from './find-time-columns.js';
import { type ColumnGroup, columnName, type Layout, usedColumns, type WantedValue } from './layout.js';

/** Time, four prices, a volume. */
const LEAST_COLUMNS = 6;
const PRICES = ['open', 'high', 'low', 'close'] as const;
/** Currencies that prices are quoted in: a volume in one of them is a turnover. */
const QUOTE_CURRENCY = /^(USD[TCD]?|BUSD|TUSD|FDUSD|EUR|GBP|JPY|CHF|KRW|TRY|BRL|AUD|CAD|DAI|CURRENCY|QUOTE)$/;

/** A table whose columns are not known yet. */
export interface NamedTable {
  /** Name of the file, for messages. */
  file: string;
  names: (string | null)[];
  /** A row of the header that names a symbol for each column. */
  symbols: (string | null)[] | null;
  /** Cells of the first rows. */
  rows: string[][];
  /** Line of the first of these rows. */
  line: number;
}

/**
 * Finds columns by the names of the header and the choices. Prices that no column is named after have -1.
 *
 * @param named true if the header names prices
 * @throws KtrdrError `import_invalid` if a chosen column or the time does not exist
 */
export function findNamedColumns(table: NamedTable, named: boolean, choices: ImportChoices): Layout {
  const { names, symbols, file } = table;
  const chosen = chosenColumns(table, choices);
  const only = onlyColumns(table, choices);
  // a word or two that look like a meaning, among others, are a coincidence
  const meant = named ? meantByCells(meantColumns(names, symbols), table.rows) : [];
  const unnamed = names.map((name, column) => (meant.some((other) => other.column === column) ? name : null));
  const times =
    chosenTimes(chosen) ?? findTimeColumns(names, table.rows) ?? findTimeColumns(unnamed, table.rows);
  if (times === null) {
    const clock = clockColumn(table.rows);
    const why =
      clock === -1
        ? 'no column is a date or a time. Name the column: --columns time=NAME, or its number from 1'
        : `${columnName(table, clock)} is a time of day, but no column is a date: add a date column`;
    throw importError(file, `line ${table.line}: ${why}`);
  }
  const rival = chosenTimes(chosen) === null ? askTimeColumn(table, times) : null;
  const questions: ImportQuestion[] = rival === null ? [] : [rival];
  const notes: string[] = [];
  const one = (meaning: Meaning): number => {
    const [best] = meant.filter((column) => column.meaning === meaning && column.column !== times.time);
    return best?.column ?? -1;
  };
  const symbolNames = [
    ...new Set(meant.map(({ symbol }) => symbol).filter((symbol) => symbol !== null && symbol !== '')),
  ];
  const groups = (symbolNames.length === 0 ? [null] : symbolNames).map((symbol): ColumnGroup => {
    const own = symbolNames.length < 2 ? meant : meant.filter((column) => column.symbol === symbol);
    const group = { ...groupOf(own, { names, chosen, questions, notes }), symbol };
    checkCurrencies(file, names, group);
    return group;
  });
  const layout: Layout = {
    ...times,
    names,
    symbol: chosen.symbol ?? (named ? symbolColumn(meant, table.rows) : unnamedSymbols(table.rows, times)),
    barLength: one('bar_length'),
    complete: only.some(({ column }) => column === one('complete')) ? -1 : one('complete'),
    series: [],
    wanted: only,
    groups,
    writesPoints: names.some((name) => name !== null && /^<[A-Z]+>$/.test(name)),
    questions: unique(questions),
    notes: [...new Set(notes)],
  };
  const complete = names.every((name) => name === null) ? unnamedComplete(table.rows, only) : layout.complete;
  return { ...layout, complete, series: seriesColumns(meant, { ...layout, complete }, table.rows, only) };
}

/** What the cells say of a column that its name alone leaves open. */
function meantByCells(meant: MeantColumn[], rows: string[][]): MeantColumn[] {
  const everyCell = (column: number, fits: (cell: string) => boolean): boolean => {
    const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
    return cells.length > 0 && cells.every(fits);
  };
  return meant.map((named) => {
    const { meaning, column } = named;
    // `adjusted` may be true or false, a `period` may be `1h`
    if (
      meaning === 'adjusted_close' &&
      everyCell(column, (cell) => !looksLikeNumber(cell) && !isMissing(cell))
    )
      return { ...named, meaning: 'series' };
    if ((meaning === 'date' || meaning === 'time') && everyCell(column, isBarLength))
      return { ...named, meaning: 'bar_length' };
    return named;
  });
}

function isBarLength(cell: string): boolean {
  return /[a-z]/i.test(cell) && meantTimeframe(cell) !== null;
}

/** Without names, a last column of 0 and 1 may say whether a bar was complete, as in answers of OKX. */
function unnamedComplete(rows: string[][], only: WantedValue[]): number {
  const column = (rows[0]?.length ?? 0) - 1;
  const cells = rows.map((row) => row[column] ?? '');
  const isFlag = cells.every((cell) => cell === '0' || cell === '1') && cells.includes('1');
  return column > LEAST_COLUMNS && isFlag && !only.some((other) => other.column === column) ? column : -1;
}

/** Columns of words, and columns of numbers before the time that repeat, such as codes of shares. */
function unnamedSeries(rows: string[][], time: number): number[] {
  return (rows[0] ?? []).flatMap((_, column) => {
    const cells = rows.map((row) => row[column] ?? '').filter((cell) => !isMissing(cell));
    const isCode = column < time && new Set(cells).size < cells.length;
    const isWord = (cell: string): boolean => !looksLikeNumber(cell) && !looksLikeTime(cell);
    return isCode || (cells.length > 0 && cells.every(isWord)) ? [column] : [];
  });
}

/**
 * Columns whose values tell series apart: those called so, the timeframe, and names of symbols beside the symbol. Without a header, every
 * column of words.
 */
function seriesColumns(
  meant: MeantColumn[],
  layout: Layout,
  rows: string[][],
  only: WantedValue[],
): number[] {
  const others = layout.names.every((name) => name === null)
    ? unnamedSeries(rows, layout.time)
    : meant.filter(({ meaning }) => meaning === 'series' || meaning === 'symbol').map(({ column }) => column);
  const used = usedColumns({ ...layout, barLength: -1 });
  return [...others, layout.barLength].filter(
    (column) => column !== -1 && !used.has(column) && !only.some((other) => other.column === column),
  );
}

function unique(questions: ImportQuestion[]): ImportQuestion[] {
  return questions.filter(
    (question, at) => questions.findIndex(({ message }) => message === question.message) === at,
  );
}

interface GroupContext {
  names: (string | null)[];
  chosen: Partial<Record<ImportColumn, number>>;
  questions: ImportQuestion[];
  notes: string[];
}

function groupOf(meant: MeantColumn[], context: GroupContext): Omit<ColumnGroup, 'symbol'> {
  const { chosen } = context;
  const sided = oneSet(oneSide(meant, context), context);
  const pick = (meaning: Meaning & ImportColumn): number => {
    const choice = chosen[meaning];
    if (choice !== undefined) return choice;
    const equal = bestOf(sided, meaning, context);
    if (equal.length < 2) {
      const [only] = equal;
      if (only !== undefined && only.unit !== null && QUOTE_CURRENCY.test(only.unit))
        context.notes.push(`By its name, ${columnName(context, only.column)} is a turnover in ${only.unit}.`);
      return only?.column ?? -1;
    }
    if (meaning === 'volume') {
      const base = equal.filter(({ unit }) => unit === null || !QUOTE_CURRENCY.test(unit));
      if (base.length === 1) {
        context.notes.push(
          `Volume is ${columnName(context, base[0]!.column)}; ${equal
            .filter((column) => column !== base[0])
            .map(({ column }) => columnName(context, column))
            .join(', ')} is not used.`,
        );
        return base[0]!.column;
      }
    }
    const named = equal.map(({ column }) => columnName(context, column));
    context.questions.push({
      choice: 'columns',
      message: `Columns ${named.join(' and ')} could both be the ${meaning.replace('_', ' ')}. Choose one.`,
      answers: equal.map(({ column }) => `${meaning}=${answerName(context, column)}`),
      suggestion: null,
    });
    return equal[0]!.column;
  };
  const ticks = sided.find(({ meaning }) => meaning === 'tick_volume')?.column ?? -1;
  const volume = pick('volume');
  return {
    open: pick('open'),
    high: pick('high'),
    low: pick('low'),
    close: pick('close'),
    adjustedClose: pick('adjusted_close'),
    volume: volume === -1 ? ticks : volume,
    tickVolume: volume === -1 || chosen.volume !== undefined ? -1 : ticks,
  };
}

/** The columns that name a meaning best, without those that are chosen for one. */
function bestOf(columns: MeantColumn[], meaning: Meaning, { chosen }: GroupContext): MeantColumn[] {
  const candidates = columns
    .filter((column) => column.meaning === meaning && !Object.values(chosen).includes(column.column))
    .toSorted((a, b) => a.rank - b.rank);
  return candidates.filter(({ rank }) => rank === candidates[0]!.rank);
}

/** Columns of one set of prices. If a file has several, `Open` to `Close` and `Open.1` to `Close.1`, the import asks for one of them. */
function oneSet(columns: MeantColumn[], context: GroupContext): MeantColumn[] {
  const prices = PRICES.map((price) => bestOf(columns, price, context));
  const count = prices[0]!.length;
  if (count < 2 || prices.some(({ length }) => length !== count)) return columns;
  if (PRICES.some((price) => context.chosen[price] !== undefined)) return columns;
  const volumes = context.chosen.volume === undefined ? bestOf(columns, 'volume', context) : [];
  const values = volumes.length === count ? [...prices, volumes] : prices;
  context.questions.push({
    choice: 'columns',
    message: `The file has ${count} sets of prices: ${prices[3]!.map(({ column }) => columnName(context, column)).join(', ')} could be the close. Choose one.`,
    answers: prices[0]!.map((_, set) =>
      values.map((all) => `${all[set]!.meaning}=${answerName(context, all[set]!.column)}`).join(','),
    ),
    suggestion: null,
  });
  const others = new Set(values.flatMap((all) => all.slice(1)));
  return columns.filter((column) => !others.has(column));
}

/** Columns of one side of the market. Bid and ask without anything else are asked about. */
function oneSide(meant: MeantColumn[], { names, chosen, questions }: GroupContext): MeantColumn[] {
  const neutral = meant.filter(({ side }) => side === null);
  const prices = (columns: MeantColumn[]): MeantColumn[] =>
    columns.filter(({ meaning }) => (PRICES as readonly string[]).includes(meaning));
  if (prices(neutral).length > 0 || PRICES.every((price) => chosen[price] !== undefined)) return neutral;
  const sides = [...new Set(prices(meant).map(({ side }) => side))];
  const of = (side: string | null): MeantColumn[] => meant.filter((column) => column.side === side);
  const [first] = sides;
  if (first === undefined) return meant;
  if (sides.length > 1) {
    questions.push({
      choice: 'columns',
      message: `The file has ${sides.join(' and ')} prices. Choose one.`,
      answers: sides.map((side) =>
        prices(of(side))
          .map(({ meaning, column }) => `${meaning}=${answerName({ names }, column)}`)
          .join(','),
      ),
      suggestion: null,
    });
  }
  return [...of(first), ...neutral];
}

/** A column of symbols. Columns called `name` or `code` count only if their cells are symbols, not numbers or sentences. */
function symbolColumn(meant: MeantColumn[], rows: string[][]): number {
  const found = meant
    .filter(({ meaning, symbol }) => meaning === 'symbol' && symbol === null)
    .toSorted((a, b) => a.rank - b.rank)
    .find(
      ({ column, isVague }) =>
        !isVague ||
        rows.every(
          (row) => /^[^\s]{1,32}$/.test(row[column] ?? '') && !/^\d+(\.\d+)?$/.test(row[column] ?? ''),
        ),
    );
  return found?.column ?? -1;
}

/** Without names, a column of words before the prices holds symbols. */
function unnamedSymbols(rows: string[][], { time, clock }: TimeColumns): number {
  const isSymbol = (cell = ''): boolean =>
    /^[A-Za-z^][A-Za-z0-9._=^/:-]{0,31}$/.test(cell) && !isMissing(cell);
  const width = rows[0]?.length ?? 0;
  for (let column = 0; column < Math.min(width, Math.max(time, clock) + 2); column++)
    if (column !== time && column !== clock && rows.every((row) => isSymbol(row[column]))) return column;
  return -1;
}

function chosenTimes({ time, date, close_time }: Partial<Record<ImportColumn, number>>): TimeColumns | null {
  const closeTime = close_time ?? -1;
  if (date !== undefined && time !== undefined)
    return { time: date, clock: time, closeTime, stampsClose: false };
  const only = time ?? date;
  return only === undefined ? null : { time: only, clock: -1, closeTime, stampsClose: false };
}
