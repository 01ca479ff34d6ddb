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
  groups: (RowGroup & Direction)[];
}

interface Direction {
  newestFirst: boolean;
  /** Steps of the times against this direction: their number, and the longest in ms. */
  stepsBack: number;
  furthestBack: number;
}

/** A share of steps back that is an exception: clocks go back once a year. */
const FEW = 0.001;
/** Clocks are put back by an hour. */
const PUT_BACK_MS = 3_600_000;

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
    groups: groups.map((group) => ({ ...group, ...directionOf(times, rows, group) })),
  };
}

/** True if the rows of a symbol are not in order of time, and clocks that are put back are not the reason. */
export function isMixed({ furthestBack }: Direction): boolean {
  return furthestBack > PUT_BACK_MS;
}

/** Sorts the rows of each symbol by time if more than a few are not in this order. */
export function sortMixed(times: Float64Array, order: RowOrder): RowOrder {
  const isUnsorted = (group: RowOrder['groups'][number]): boolean =>
    isMixed(group) || group.stepsBack > (group.to - group.from) * FEW;
  if (!order.groups.some(isUnsorted)) return order;
  const rows = order.rows?.slice() ?? Uint32Array.from(times.keys());
  const timeOf = (row: number): number => (Number.isNaN(times[row]!) ? Infinity : times[row]!);
  const groups = order.groups.map((group) => {
    if (!isUnsorted(group)) return group;
    rows.subarray(group.from, group.to).sort((a, b) => timeOf(a) - timeOf(b) || a - b);
    return { ...group, newestFirst: false, stepsBack: 0, furthestBack: 0 };
  });
  return { rows, groups };
}

/** The newest stand first if most times are before the one above them. */
function directionOf(times: Float64Array, rows: Uint32Array | null, { from, to }: RowGroup): Direction {
  let [ups, downs] = [0, 0];
  let [furthestUp, furthestDown] = [0, 0];
  let before = NaN;
  for (let index = from; index < to; index++) {
    const time = times[rows === null ? index : rows[index]!]!;
    const step = time - before;
    if (step > 0) {
      ups++;
      if (step > furthestUp) furthestUp = step;
    } else if (step < 0) {
      downs++;
      if (-step > furthestDown) furthestDown = -step;
    }
    before = time;
  }
  return downs > ups
    ? { newestFirst: true, stepsBack: ups, furthestBack: furthestUp }
    : { newestFirst: false, stepsBack: downs, furthestBack: furthestDown };
}
