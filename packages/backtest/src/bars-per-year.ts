const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Mean year of the Gregorian calendar. */
const YEAR_MS = 365.2425 * DAY_MS;
const WEEKS_A_YEAR = YEAR_MS / WEEK_MS;
/** From this span on, holidays have their fair share of the bars. */
const WEEKS_WITH_HOLIDAYS = 26;
/** From this span on, the typical week is known. */
const WEEKS_FOR_A_TYPICAL_ONE = 8;
/** Bars further apart than this are weekly or monthly: they have no weekday. */
const WIDE_SPACING_MS = 5 * DAY_MS;
/** Hours of trading that make a day round the clock. */
const ROUND_THE_CLOCK_MS = 22 * HOUR_MS;
const SUNDAY = 0;
const FRIDAY = 5;
const SATURDAY = 6;

/**
 * Bars of one year, from the times of the bars alone, so that 7 bars a day at a stock exchange, 24 hours on 5 days for currencies
 * and 24 hours on 7 days for crypto all come out right.
 *
 * - Half a year or more: the bars of all whole weeks, divided by their number. Holidays and missing stretches count as they are.
 * - 8 weeks or more: the median of the whole weeks, which a few holidays do not change.
 * - Less: the bars of a typical day, times 7 if a bar lies on a weekend, else times 5. A span that touches no weekend is
 *   taken for a market of 5 days, because its bars cannot tell. Bars of less than a day count as the whole day.
 *
 * @param time open times in ascending order, ms UTC, at least one
 */
export function barsPerYear(time: Float64Array): number {
  const first = time[0]!;
  const last = time[time.length - 1]!;
  const meanSpacing = time.length < 2 ? 0 : (last - first) / (time.length - 1);
  if (meanSpacing >= WIDE_SPACING_MS) return YEAR_MS / meanSpacing;
  const spacing = shortestSpacing(time);
  // The last bar lasts about as long as the shortest distance between two bars.
  const end = last + spacing;
  const weeks = Math.floor((end - first) / WEEK_MS);
  if (weeks >= WEEKS_WITH_HOLIDAYS) {
    return (countBefore(time, first + weeks * WEEK_MS) / weeks) * WEEKS_A_YEAR;
  }
  if (weeks >= WEEKS_FOR_A_TYPICAL_ONE) return median(countWeeks(time, weeks)) * WEEKS_A_YEAR;
  const perDay = typicalDay(time, end);
  return perDay * (tradesAtWeekends(time, perDay * spacing) ? 7 : 5) * WEEKS_A_YEAR;
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

/** `[weeks]`: bars of each whole week, counted from the first bar. */
function countWeeks(time: Float64Array, weeks: number): number[] {
  const counts = Array.from({ length: weeks }, () => 0);
  for (const at of time) {
    const week = Math.floor((at - time[0]!) / WEEK_MS);
    if (week < weeks) counts[week]! += 1;
  }
  return counts;
}

/**
 * Bars in the 24 hours from a bar on: the median over all bars with whole 24 hours before `end`. In less than a week there are
 * few of them, and a weekend or a cut-off day can be most: the largest number counts.
 */
function typicalDay(time: Float64Array, end: number): number {
  const counts: number[] = [];
  let wholeDays = 0;
  for (let from = 0, to = 0; from < time.length; from++) {
    while (to < time.length && time[to]! < time[from]! + DAY_MS) to += 1;
    counts.push(to - from);
    if (time[from]! + DAY_MS <= end) wholeDays += 1;
  }
  const largest = counts.reduce((most, count) => Math.max(most, count));
  return end - time[0]! < WEEK_MS ? largest : median(counts.slice(0, wholeDays));
}

/**
 * Whether a bar lies on a weekend (UTC): on a Saturday, or late on a Friday or on a Sunday before the currency markets open. A
 * Sunday counts only for a market round the clock: some stock exchanges trade from Sunday to Thursday.
 */
function tradesAtWeekends(time: Float64Array, tradingMs: number): boolean {
  return time.some((at) => {
    const date = new Date(at);
    const [day, hour] = [date.getUTCDay(), date.getUTCHours()];
    if (day === SUNDAY) return hour < 20 && tradingMs >= ROUND_THE_CLOCK_MS;
    return day === SATURDAY || (day === FRIDAY && hour >= 22);
  });
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
