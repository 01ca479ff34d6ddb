import { DAY_MS } from '@ktrdr/market-data';
import type { RowOrder } from './row-order.js';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
/** The spacing of daily bars changes by this much with summer time and with the hour of the open. */
const DAY_TOLERANCE_MS = 2 * HOUR_MS;
/** Longer spacings are gaps, if they are no number of days. */
export const LONGEST_INTRADAY_MS = 12 * HOUR_MS;
/** Different spacings that are counted. A file of single trades has thousands. */
const MOST_DIFFERENT = 10_000;

/** Spacings between neighbouring bars of a file. */
export interface Spacings {
  /** How often each spacing of up to `LONGEST_INTRADAY_MS` occurs, by ms. */
  intraday: Map<number, number>;
  /** How often each whole number of days occurs. */
  days: Map<number, number>;
  /** True if every spacing of 2 to 4 days spans a weekend. */
  weekends: boolean;
  /** Spacings, gaps included. */
  total: number;
}

export function measureSpacings(times: Float64Array, order: RowOrder): Spacings {
  const found: Spacings = { intraday: new Map(), days: new Map(), weekends: true, total: 0 };
  const { intraday, days } = found;
  let [last, lastCount] = [NaN, 0];
  const count = (spacing: number): void => {
    if (intraday.size < MOST_DIFFERENT || intraday.has(spacing))
      intraday.set(spacing, (intraday.get(spacing) ?? 0) + lastCount);
  };
  visitSpacings(times, order, (spacing, from) => {
    found.total++;
    // nearly always the same spacing again
    if (spacing === last) {
      lastCount++;
      return true;
    }
    const whole = Math.round(spacing / DAY_MS);
    if (whole >= 1 && Math.abs(spacing - whole * DAY_MS) <= DAY_TOLERANCE_MS) {
      days.set(whole, (days.get(whole) ?? 0) + 1);
      if (whole > 1 && whole < 5 && !spansWeekend(from, whole)) found.weekends = false;
    } else if (spacing <= LONGEST_INTRADAY_MS) {
      if (lastCount > 0) count(last);
      last = Math.max(SECOND_MS, Math.round(spacing / SECOND_MS) * SECOND_MS);
      lastCount = 1;
    }
    return true;
  });
  if (lastCount > 0) count(last);
  return found;
}

/** Calls `visit` with each spacing of a symbol's bars, in the order of time, and its two bars, until `visit` returns false. */
export function visitSpacings(
  times: Float64Array,
  { rows, groups }: RowOrder,
  visit: (spacing: number, from: number, to: number) => boolean,
): void {
  for (const group of groups) {
    const step = group.newestFirst ? -1 : 1;
    const end = group.newestFirst ? group.from - 1 : group.to;
    let before = NaN;
    for (let index = group.newestFirst ? group.to - 1 : group.from; index !== end; index += step) {
      const time = times[rows === null ? index : rows[index]!]!;
      const spacing = time - before;
      if (spacing > 0 && !visit(spacing, before, time)) return;
      if (!Number.isNaN(time)) before = time;
    }
  }
}

function spansWeekend(from: number, days: number): boolean {
  for (let day = 1; day < days; day++) {
    const weekday = new Date(from + day * DAY_MS).getUTCDay();
    if (weekday === 0 || weekday === 6) return true;
  }
  return false;
}
