const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Mean year of the Gregorian calendar. */
const YEAR_MS = 365.2425 * DAY_MS;
/** From this span on, holidays are a fair share of the bars. */
const WEEKS_WITH_HOLIDAYS = 26;
/** From this span on, the typical week is known. */
const WEEKS_FOR_A_TYPICAL_ONE = 3;
/** Bars further apart than this are weekly or monthly, and their weekday does not matter. */
const WIDE_SPACING_MS = 5 * DAY_MS;
const SATURDAY = 6;

/**
 * Bars of one year, from the times of the bars alone, so that 7 bars a day at a stock exchange, 24 hours on 5 days for currencies
 * and 24 hours on 7 days for crypto all come out right.
 *
 * - Half a year or more: the bars of all whole weeks, divided by their number. Holidays and missing stretches count as they are.
 * - 3 weeks or more: the median of the whole weeks, which one holiday does not change.
 * - Less: the median of the days (24 hours from the first bar) that have bars, times 7 if a bar lies on a Saturday (UTC), else
 *   times 5. A span without a weekend is therefore taken for a market of 5 days. Less than a day counts as one day.
 *
 * @param time open times in ascending order, ms UTC, at least one
 */
export function barsPerYear(time: Float64Array): number {
  const first = time[0]!;
  const last = time[time.length - 1]!;
  const spacing = time.length < 2 ? 0 : (last - first) / (time.length - 1);
  if (spacing >= WIDE_SPACING_MS) return YEAR_MS / spacing;
  // The last bar lasts about as long as the shortest distance between two bars.
  const span = last - first + shortestSpacing(time);
  const weeks = Math.floor(span / WEEK_MS);
  if (weeks >= WEEKS_WITH_HOLIDAYS) {
    return (countBefore(time, first + weeks * WEEK_MS) / weeks) * (YEAR_MS / WEEK_MS);
  }
  if (weeks >= WEEKS_FOR_A_TYPICAL_ONE) {
    return medianOf(countPeriods(time, WEEK_MS, weeks)) * (YEAR_MS / WEEK_MS);
  }
  const days = Math.max(1, Math.floor(span / DAY_MS));
  const perDay = medianOf(countPeriods(time, DAY_MS, days).filter((bars) => bars > 0));
  const daysAWeek = time.some((at) => new Date(at).getUTCDay() === SATURDAY) ? 7 : 5;
  return perDay * daysAWeek * (YEAR_MS / WEEK_MS);
}

function shortestSpacing(time: Float64Array): number {
  let shortest = Infinity;
  for (let t = 1; t < time.length; t++) shortest = Math.min(shortest, time[t]! - time[t - 1]!);
  return shortest === Infinity ? 0 : shortest;
}

/** Bars before `end`. */
function countBefore(time: Float64Array, end: number): number {
  let count = time.length;
  while (count > 0 && time[count - 1]! >= end) count -= 1;
  return count;
}

/** `[periods]`: bars in each period of `length` ms, counted from the first bar. */
function countPeriods(time: Float64Array, length: number, periods: number): number[] {
  const counts = Array.from({ length: periods }, () => 0);
  for (const at of time) {
    const period = Math.floor((at - time[0]!) / length);
    if (period < periods) counts[period]! += 1;
  }
  return counts;
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
