import type { RowProblems } from './row-problems.js';
import type { RowReader } from './row-reader.js';
import { type SortedBars, sortedBars, type SortOptions } from './sorted-bars.js';
import { type TableRows, VOLUME } from './table-rows.js';

const LOW = 2;

/** The bars of each symbol of a table, by the reader's index of symbols. */
export function barsOfRows(
  reader: RowReader,
  options: SortOptions & { notes: string[]; volumeName: string },
): SortedBars[] {
  const { rows, times, notes } = options;
  const excluded = new Set([
    ...reader.openRows,
    ...emptyVolumeRows(reader, options),
    ...placeholders(reader, rows, options.problems),
  ]);
  const symbols = rows.symbols;
  let isWhole = symbols === null && excluded.size === 0;
  for (let row = 0; row < rows.length && isWhole; row++) if (Number.isNaN(times[row]!)) isWhole = false;
  const bars = isWhole
    ? [sortedBars(null, options)]
    : indicesBySymbol(reader, rows, times, excluded).map((kept) => sortedBars(kept, options));
  const orders = new Set(bars.filter(({ length }) => length > 1).map(({ order }) => order));
  if (orders.has('descending'))
    notes.push('The newest bars are first in the file: the import reverses them.');
  // clocks that are put back turn local times round
  if (orders.has('mixed') && options.sure)
    notes.push('The rows are not in order of time: the import sorts them.');
  return bars;
}

/** Rows without a volume are bad, unless no row of their symbol has one: then it is 0. Returns the bad ones. */
function emptyVolumeRows(
  reader: RowReader,
  { rows, problems, notes, volumeName }: SortOptions & { notes: string[]; volumeName: string },
): number[] {
  if (reader.emptyVolumes === 0) return [];
  const volume = rows.columns[VOLUME]!;
  const symbolOf = (row: number): number => rows.symbols?.[row] ?? 0;
  const withVolume = new Set<number>();
  const open = new Set(reader.openRows);
  for (let row = 0; row < rows.length; row++)
    if (!Number.isNaN(volume[row]!) && !open.has(row)) withVolume.add(symbolOf(row));
  const bad: number[] = [];
  let empty = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!Number.isNaN(volume[row]!)) continue;
    empty++;
    volume[row] = 0;
    if (!withVolume.has(symbolOf(row))) continue;
    bad.push(row);
    problems.add(rows.lines[row]!, `volume (${volumeName}) is empty or -1, and other rows have one`);
  }
  if (bad.length < empty) notes.push(`Column ${volumeName} is empty or -1: the volume is 0.`);
  return bad;
}

/** Rows with a price of 0 everywhere, in a file whose other prices are above 0: there was no trade. */
function placeholders({ zeroRows, openRows }: RowReader, rows: TableRows, problems: RowProblems): number[] {
  if (zeroRows.length === 0 || zeroRows.length === rows.length - openRows.length) return [];
  const zero = new Set([...zeroRows, ...openRows]);
  const low = rows.columns[LOW]!;
  for (let row = 0; row < rows.length; row++) if (!(low[row]! > 0) && !zero.has(row)) return [];
  for (const row of zeroRows) problems.leftOut.add(rows.lines[row]!, 'all prices are 0');
  return zeroRows;
}

function indicesBySymbol(
  reader: RowReader,
  rows: TableRows,
  times: Float64Array,
  excluded: Set<number>,
): Uint32Array[] {
  const count = Math.max(1, reader.symbols.length);
  const { symbols, length } = rows;
  const isKept = (row: number): boolean =>
    !Number.isNaN(times[row]!) && (excluded.size === 0 || !excluded.has(row));
  const counts = new Uint32Array(count);
  for (let row = 0; row < length; row++) if (isKept(row)) counts[symbols?.[row] ?? 0]!++;
  const indices = Array.from(counts, (size) => new Uint32Array(size));
  const filled = new Uint32Array(count);
  for (let row = 0; row < length; row++) {
    if (!isKept(row)) continue;
    const symbol = symbols?.[row] ?? 0;
    indices[symbol]![filled[symbol]!++] = row;
  }
  return indices;
}
