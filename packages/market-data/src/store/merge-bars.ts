import type { ParsedBars } from './parsed-bars.js';

const PRICES = ['open', 'high', 'low', 'close'] as const;
const MOST_DECIMALS = 15;
const POWERS_OF_TEN = Array.from({ length: MOST_DECIMALS }, (_, exponent) => Number(`1e${exponent}`));
/** Number of differing bars that a conflict shows. */
const MOST_SHOWN = 3;
/** A coarser rounding is not taken for granted: prices that happen to be whole would agree with nearly everything. */
const MOST_ROUNDING = 1e-3;
/** With fewer bars, whole numbers do not show that a file has no decimals. */
const FEWEST_BARS = 5;
/** Error of a double itself, relative: parsing and adding decimals must not make a difference. */
const DOUBLE_NOISE = 2 ** -50;

/** Bars with the same time and other values. Indexes of the old and of the new bars. */
export interface Difference {
  old: number;
  new: number;
}

/** What a merge of old and new bars does. */
export interface MergePlan {
  /** Bars that only the new ones have. */
  added: number;
  /** Those of them that are between bars of the file. */
  between: number;
  /** Those that overlap the bar of the file before them and the one after them, and the first of them. */
  squeezed: number;
  firstSqueezed: Difference | null;
  /** Bars of both that agree within rounding. */
  unchanged: number;
  /** Bars of both that differ. */
  differing: number;
  /** The first ones that differ. */
  first: Difference[];
}

/** Columns of bars, without their name. */
export type BarColumns = Omit<ParsedBars, 'symbol' | 'timeframe'>;

/**
 * Compares new bars with those of a file. Two numbers agree if they are equal after rounding to the decimals that both files have, that
 * is, if they differ by at most half a unit of the last decimal of the file with fewer decimals, and by at most 0.1 %. So 150.34 agrees
 * with 150.33999633789062; 150.34 and 150.35 differ. Prices of a file share their decimals, its volumes have their own. O(old + new).
 *
 * @param barMs length of a bar
 */
export function compareBars(old: BarColumns, next: BarColumns, barMs: number): MergePlan {
  const prices = toleranceOf(old, next, PRICES);
  const volumes = toleranceOf(old, next, ['volume']);
  const plan: MergePlan = {
    added: 0,
    between: 0,
    squeezed: 0,
    firstSqueezed: null,
    unchanged: 0,
    differing: 0,
    first: [],
  };
  let at = 0;
  for (let row = 0; row < next.length; row++) {
    const time = next.time[row]!;
    while (at < old.length && old.time[at]! < time) at++;
    if (at === old.length || old.time[at]! !== time) {
      plan.added++;
      if (at === 0 || at === old.length) continue;
      plan.between++;
      if (time - old.time[at - 1]! >= barMs || old.time[at]! - time >= barMs) continue;
      plan.squeezed++;
      plan.firstSqueezed ??= { old: at, new: row };
    } else if (
      PRICES.every((name) => agree(old[name][at]!, next[name][row]!, prices)) &&
      agree(old.volume[at]!, next.volume[row]!, volumes)
    ) {
      plan.unchanged++;
    } else {
      plan.differing++;
      if (plan.first.length < MOST_SHOWN) plan.first.push({ old: at, new: row });
    }
  }
  return plan;
}

/** Which bars stay where both have the same time. */
export type Winner = 'old' | 'new';

/** The bars of both in order of time, as runs `[from, to)`: a merge mostly adds new bars behind old ones. */
export function* mergeBars(
  old: BarColumns,
  next: BarColumns,
  winner: Winner,
): Generator<{ bars: BarColumns; from: number; to: number }> {
  let [at, row] = [0, 0];
  while (at < old.length || row < next.length) {
    const bound = row < next.length ? next.time[row]! : Infinity;
    const from = at;
    while (at < old.length && old.time[at]! < bound) at++;
    if (at > from) yield { bars: old, from, to: at };
    const first = row;
    const end = at < old.length ? old.time[at]! : Infinity;
    while (row < next.length && next.time[row]! < end) row++;
    if (row > first) yield { bars: next, from: first, to: row };
    const start = at;
    const equal = row;
    while (at < old.length && row < next.length && old.time[at]! === next.time[row]!) {
      at++;
      row++;
    }
    if (at > start)
      yield winner === 'old' ? { bars: old, from: start, to: at } : { bars: next, from: equal, to: row };
  }
}

function agree(a: number, b: number, tolerance: number): boolean {
  if (a === b) return true;
  const size = Math.max(Math.abs(a), Math.abs(b));
  return Math.abs(a - b) <= Math.min(tolerance, size * MOST_ROUNDING) + size * DOUBLE_NOISE;
}

/** Half a unit of the last decimal of the bars with fewer decimals. */
function toleranceOf(
  old: BarColumns,
  next: BarColumns,
  names: readonly ('volume' | (typeof PRICES)[number])[],
): number {
  const decimals = Math.min(decimalsOf(old, names), decimalsOf(next, names));
  return decimals === MOST_DECIMALS ? 0 : 0.5 / POWERS_OF_TEN[decimals]!;
}

/** The most decimals that a number of these columns has. */
function decimalsOf(bars: BarColumns, names: readonly ('volume' | (typeof PRICES)[number])[]): number {
  let decimals = 0;
  for (const name of names) {
    const values = bars[name];
    for (let row = 0; row < bars.length && decimals < MOST_DECIMALS; row++) {
      while (decimals < MOST_DECIMALS && !hasDecimals(values[row]!, decimals)) decimals++;
    }
  }
  return decimals === 0 && bars.length < FEWEST_BARS ? MOST_DECIMALS : decimals;
}

function hasDecimals(value: number, decimals: number): boolean {
  const scale = POWERS_OF_TEN[decimals]!;
  return Math.round(value * scale) / scale === value;
}
