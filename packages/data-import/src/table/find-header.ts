import { namesPrices } from '../columns/column-groups.js';
import { looksLikeTime } from '../times/time-column.js';
import { isDataRow, isTextRow, type TextRow } from './find-dialect.js';

/** Names that the header gives to columns, and where the rows begin. */
export interface Header {
  /** By column; `null` without a header. */
  names: (string | null)[];
  /** A row of the header that names a symbol for each column. */
  symbols: (string | null)[] | null;
  /** True if a row names prices. */
  named: boolean;
  /** Cells of the row with the names, to recognize it if it is repeated. */
  cells: string[] | null;
  /** Index of the first row of data in the rows. */
  dataRow: number;
}

/**
 * Finds the header: the row of names before the first row of data. Titles and comments may stand above it. Between it and the data may
 * be a row of symbols and a row with the name of the index, as yfinance writes them.
 */
export function findHeader(rows: TextRow[]): Header {
  const firstData = rows.findIndex(({ cells }) => isDataRow(cells));
  const before = rows.slice(0, firstData);
  const header = headerRow(before, rows[firstData]!.cells.length);
  if (header === -1) {
    const names = rows[firstData]!.cells.map(() => null);
    return { names, symbols: null, named: false, cells: null, dataRow: skipComments(before, firstData) };
  }
  const cells = before[header]!.cells;
  const names = cells.map(withoutHash);
  while (names.length > 1 && names.at(-1) === '') names.pop();
  const data = rows[firstData]!.cells;
  // R writes no name over the row names
  if (data.length === names.length + 1 && data.at(-1) !== '') names.unshift('');
  const above = before[header - 1]?.cells;
  let symbols = above !== undefined && isSymbolsRow(above, cells) ? symbolsOf(above) : null;
  let dataRow = header + 1;
  for (; dataRow < firstData; dataRow++) {
    const next = before[dataRow]!.cells;
    if (looksLikeTime(next[0] ?? '') || !isTextRow(next)) break;
    if (isIndexName(next)) names[0] = next[0]!;
    else if (isSymbolsRow(next, cells) && (next[0] !== '' || isIndexName(before[dataRow + 1]?.cells ?? [])))
      symbols ??= symbolsOf(next);
    else if (next.length === cells.length) addUnits(names, next);
  }
  if (symbols !== null && /^price$/i.test(names[0]!)) names[0] = '';
  return { names, symbols, named: namesPrices(cells.map(withoutHash)), cells, dataRow };
}

/** `Date,,,,` names the index of a pandas table. */
function isIndexName(cells: string[]): boolean {
  return cells.length > 1 && cells[0] !== '' && cells.slice(1).every((cell) => cell === '');
}

/** A row of units below the names: `Volume` and `(thousands)` become `Volume (thousands)`. */
function addUnits(names: string[], row: string[]): void {
  for (const [column, cell] of row.entries()) {
    const unit = cell.replace(/^[([]|[)\]]$/g, '');
    if (unit !== '' && column < names.length) names[column] = `${names[column]} (${unit})`;
  }
}

function symbolsOf(cells: string[]): (string | null)[] {
  return cells.map((cell, column) => (column === 0 || cell === '' ? null : cell));
}

/** The last row that names at least three meanings, else a row of words just above the data, one for each cell. */
function headerRow(before: TextRow[], width: number): number {
  const named = before.findLastIndex(({ cells }) => isNameRow(cells) && namesPrices(cells.map(withoutHash)));
  if (named !== -1) return named;
  const last = before.length - 1;
  const cells = before[last]?.cells;
  if (cells === undefined || cells.length !== width || cells[0]!.startsWith('#')) return -1;
  const words = cells.filter((cell) => cell !== '').length;
  return isTextRow(cells) && words >= width - 1 && !looksLikeTime(cells[0]!) ? last : -1;
}

/** `1. open` begins with a number, and is not one. */
function isNameRow(cells: string[]): boolean {
  return isTextRow(cells) && cells.filter((cell) => cell !== '').length > 1;
}

/** `#timestamp,open,...` */
function withoutHash(cell: string, column: number): string {
  return column === 0 ? cell.replace(/^#\s*/, '') : cell;
}

/** A row of symbols above or below the names: as many cells, of words that are no names of prices. */
function isSymbolsRow(row: string[], names: string[]): boolean {
  const symbols = row.slice(1).filter((cell) => cell !== '');
  return (
    row.length === names.length &&
    symbols.length >= 4 &&
    /^(ticker|symbols?|)$/i.test(row[0]!) &&
    isTextRow(row) &&
    // C, O and V are symbols too
    !namesPrices(row.filter((cell) => cell.length > 1))
  );
}

/** Rows above the data that begin with a time are data without prices. */
function skipComments(before: TextRow[], firstData: number): number {
  let row = firstData;
  while (row > 0 && looksLikeTime(before[row - 1]!.cells[0]!) && before[row - 1]!.cells.length > 1) row--;
  return row;
}
