/** The rows of each symbol, in the file's order. */
export interface RowGroups {
  /** Rows, grouped by symbol; `null`: as they are. */
  rows: Uint32Array | null;
  /** `[from, to)` of each symbol in `rows`. */
  groups: RowGroup[];
}

export interface RowGroup {
  from: number;
  to: number;
}

/** The rows of each symbol, with the direction of their times. */
export interface RowOrder extends RowGroups {
  groups: (RowGroup & { newestFirst: boolean })[];
}

/** Groups the rows by symbol. */
export function groupRows(length: number, symbols: ArrayLike<number> | undefined): RowGroups {
  if (symbols === undefined) return { rows: null, groups: [{ from: 0, to: length }] };
  const counts: number[] = [];
  for (let row = 0; row < length; row++) counts[symbols[row]!] = (counts[symbols[row]!] ?? 0) + 1;
  const groups: RowGroup[] = [];
  const next: number[] = [];
  let start = 0;
  for (const [symbol, count = 0] of counts.entries()) {
    next[symbol] = start;
    if (count > 0) groups.push({ from: start, to: start + count });
    start += count;
  }
  if (groups.length <= 1) return { rows: null, groups: [{ from: 0, to: length }] };
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row++) rows[next[symbols[row]!]!++] = row;
  return { rows, groups };
}

/** Finds the direction of each symbol's times. */
export function orderRows(times: Float64Array, { rows, groups }: RowGroups): RowOrder {
  return {
    rows,
    groups: groups.map(({ from, to }) => ({ from, to, newestFirst: isNewestFirst(times, rows, from, to) })),
  };
}

/** True if most times are before the one above them. */
function isNewestFirst(times: Float64Array, rows: Uint32Array | null, from: number, to: number): boolean {
  let ups = 0;
  let before = NaN;
  for (let index = from; index < to; index++) {
    const time = times[rows === null ? index : rows[index]!]!;
    if (time > before) ups++;
    else if (time < before) ups--;
    before = time;
  }
  return ups < 0;
}
