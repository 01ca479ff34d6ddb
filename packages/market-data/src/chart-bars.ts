import type { ChartBar } from '@ktrdr/contracts';
import type { BarsFolders } from './bars-access.js';
import type { Bars } from './bars.js';
import type { DateRange } from './date-range.js';
import { readBars } from './read-bars.js';
import { selectRange } from './select-range.js';
import { formatBarTime } from './timestamp.js';

/**
 * The bars of a range for a price chart: at most `points`, each made of the same number of bars (the last of the rest), with their
 * first open, highest high, lowest low and last close. All bars if there are no more than `points`.
 *
 * @throws KtrdrError `invalid_name`, `bars_not_found`, `bars_invalid`, `no_bars_in_range`
 */
export async function barsInRange(
  folders: BarsFolders,
  symbol: string,
  timeframe: string,
  { points, ...range }: DateRange & { points: number },
): Promise<ChartBar[]> {
  const { bars } = selectRange(await readBars({ ...folders, symbol, timeframe }), { ...range, history: 0 });
  return thinned(bars, points);
}

function thinned(bars: Bars, points: number): ChartBar[] {
  const size = Math.max(1, Math.ceil(bars.length / points));
  return Array.from({ length: Math.ceil(bars.length / size) }, (_, point) => {
    const [from, to] = [point * size, Math.min(bars.length, (point + 1) * size)];
    let [high, low] = [-Infinity, Infinity];
    for (let row = from; row < to; row++) {
      high = Math.max(high, bars.high[row]!);
      low = Math.min(low, bars.low[row]!);
    }
    return {
      time: formatBarTime(bars.time[from]!, bars.timeframe),
      open: bars.open[from]!,
      high,
      low,
      close: bars.close[to - 1]!,
    };
  });
}
