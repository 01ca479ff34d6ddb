import type { BarColumns } from '@ktrdr/market-data';

/** One bar: open time (ms UTC), open, high, low, close, volume. `NaN` is a value that cannot be read. */
export type BarRow = readonly [number, number, number, number, number, number];

export function columnsOf(rows: readonly BarRow[]): BarColumns {
  const column = (index: 0 | 1 | 2 | 3 | 4 | 5): Float64Array => Float64Array.from(rows, (row) => row[index]);
  return {
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
    length: rows.length,
  };
}

/** A number that JSON carries as a number or as text. `NaN` for anything else. */
export function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : NaN;
}
