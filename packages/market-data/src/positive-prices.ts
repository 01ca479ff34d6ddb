import { KtrdrError } from '@ktrdr/contracts';
import { type Bars, lineOfBar } from './bars.js';
import { firstAtOrAfter } from './select-range.js';
import { formatBarTime } from './timestamp.js';

const PRICES = ['open', 'high', 'low', 'close'] as const;

/**
 * Checks that the prices of a range are above 0, as a ratio of prices needs. `from` and `to` are open times, included, ms UTC.
 *
 * @param bars a whole file, so that the error can name the line
 * @param why what needs the ratio; the text follows "must be above 0, because"
 * @throws KtrdrError `bars_invalid` with the line of the first price at or below 0
 */
export function requirePositivePrices(bars: Bars, from: number, to: number, why: string): void {
  const last = firstAtOrAfter(bars.time, to + 1);
  for (let bar = firstAtOrAfter(bars.time, from); bar < last; bar += 1) {
    const name = PRICES.find((column) => !(bars[column][bar]! > 0));
    if (name === undefined) continue;
    const { file, timeframe } = bars;
    const line = lineOfBar(bars, bar);
    const time = formatBarTime(bars.time[bar]!, timeframe);
    const problem = `${name} ${bars[name][bar]!} (${time}) must be above 0, because ${why}`;
    throw new KtrdrError(
      'bars_invalid',
      `${file}:${line}: ${problem}. Choose dates without such prices, or something that needs no ratio (docs/data.md).`,
      { details: { file, problems: [{ line, message: problem }], truncated: false } },
    );
  }
}
