import { KtrdrError } from '@ktrdr/contracts';
import { type Bars, lineOfBar } from './bars.js';
import { firstAtOrAfter } from './select-range.js';
import { formatBarTime } from './timestamp.js';

const PRICES = ['open', 'high', 'low', 'close'] as const;

/** The reason why prices must be above 0. */
export interface RatioNeed {
  /** Follows "must be above 0, because". */
  why: string;
  /** Another choice with its article (`an indicator`), if some choices need no ratio; `null` if all need one. */
  alternative: string | null;
}

/**
 * Checks that the prices of a range are above 0, as a ratio of prices needs. `from` and `to` are open times, included, ms UTC.
 *
 * @param bars a whole file, so that the error can name the line
 * @throws KtrdrError `bars_invalid` with the line of the first price at or below 0
 */
export function requirePositivePrices(bars: Bars, from: number, to: number, need: RatioNeed): void {
  const last = firstAtOrAfter(bars.time, to + 1);
  const { open, high, low, close } = bars;
  for (let bar = firstAtOrAfter(bars.time, from); bar < last; bar += 1) {
    if (open[bar]! > 0 && high[bar]! > 0 && low[bar]! > 0 && close[bar]! > 0) continue;
    throw notPositive(bars, bar, need);
  }
}

function notPositive(bars: Bars, bar: number, { why, alternative }: RatioNeed): KtrdrError {
  const { file, timeframe } = bars;
  const name = PRICES.find((column) => !(bars[column][bar]! > 0))!;
  const line = lineOfBar(bars, bar);
  const time = formatBarTime(bars.time[bar]!, timeframe);
  const problem = `${name} ${bars[name][bar]!} (${time}) must be above 0, because ${why}`;
  const other = alternative === null ? '' : `, or ${alternative} that needs no ratio`;
  return new KtrdrError(
    'bars_invalid',
    `${file}:${line}: ${problem}. Choose dates without such prices${other} (docs/data.md).`,
    { details: { file, problems: [{ line, message: problem }], truncated: false } },
  );
}
