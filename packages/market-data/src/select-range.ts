import { KtrdrError } from '@ktrdr/contracts';
import { type Bars, sliceBars } from './bars.js';
import type { DateRange } from './date-range.js';
import { DAY_MS, formatDate, formatTimestamp } from './timestamp.js';

/** The result of `selectRange`. */
export interface SelectedBars {
  /** Up to `history` bars before the range, then all bars inside it. */
  bars: Bars;
  /** Index of the first bar inside the range. Earlier bars only warm up the indicators. */
  firstRow: number;
}

/**
 * Selects the bars that open inside the range, and up to `history` bars before it. Throws `no_bars_in_range`, which
 * names the available range.
 */
export function selectRange(bars: Bars, range: DateRange & { history: number }): SelectedBars {
  const { start = -Infinity, end = Infinity, history } = range;
  const first = firstAtOrAfter(bars.time, start);
  const last = firstAtOrAfter(bars.time, end + 1);
  if (first >= last) throw noBarsInRange(bars, range);
  const from = Math.max(0, first - history);
  return { bars: sliceBars(bars, from, last), firstRow: first - from };
}

/** `9,207 bars from 2016-01-04T14:00:00Z to 2021-03-31T19:00:00Z`; `no bars` if there are none. */
export function describeBars(bars: Bars): string {
  if (bars.length === 0) return 'no bars';
  const first = formatTimestamp(bars.time[0]!);
  const last = formatTimestamp(bars.time[bars.length - 1]!);
  const count = bars.length.toLocaleString('en-US');
  return bars.length === 1 ? `one bar at ${first}` : `${count} bars from ${first} to ${last}`;
}

function noBarsInRange(bars: Bars, { start, end }: DateRange): KtrdrError {
  const asked = [
    ...(start === undefined ? [] : [`from ${formatTimestamp(start)}`]),
    ...(end === undefined ? [] : [`to ${(end + 1) % DAY_MS === 0 ? formatDate(end) : formatTimestamp(end)}`]),
  ].join(' ');
  const { symbol, timeframe, file } = bars;
  return new KtrdrError(
    'no_bars_in_range',
    `There are no ${timeframe} bars of ${symbol} ${asked}: ${file} has ${describeBars(bars)}. Choose dates inside that range.`,
    {
      details: {
        symbol,
        timeframe,
        file,
        available: {
          rows: bars.length,
          first: bars.length === 0 ? null : formatTimestamp(bars.time[0]!),
          last: bars.length === 0 ? null : formatTimestamp(bars.time[bars.length - 1]!),
        },
      },
    },
  );
}

/** The index of the first time at or after a moment; the length if there is none. Times ascend. */
export function firstAtOrAfter(time: Float64Array, bound: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! >= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
