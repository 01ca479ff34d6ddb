/** The rows of each symbol, in the file's order. */
export interface RowOrder {
  /** Rows, grouped by symbol; `null`: as they are. */
  rows: Uint32Array | null;
  /** `[from, to)` of each symbol in `rows`. */
  groups: { from: number; to: number }[];
}

/** Groups the rows by symbol. */
export function orderRows(length: number, symbols: ArrayLike<number> | undefined): RowOrder {
  if (symbols === undefined) return { rows: null, groups: [{ from: 0, to: length }] };
  const counts: number[] = [];
  for (let row = 0; row < length; row++) counts[symbols[row]!] = (counts[symbols[row]!] ?? 0) + 1;
  const groups: { from: number; to: number }[] = [];
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

/** True if most times are before the one above them. */
export function runsBackwards(at: (index: number) => number, from: number, to: number): boolean {
  let ups = 0;
  for (let index = from + 1; index < to; index++) {
    const change = at(index) - at(index - 1);
    if (change > 0) ups++;
    else if (change < 0) ups--;
  }
  return ups < 0;
}
