import type { YearResult } from '@ktrdr/contracts';
import { deepestFall } from './drawdown.js';
import type { SymbolSignals } from './settings.js';
import type { Simulation } from './simulation.js';

/**
 * The result of each calendar year (UTC) with a bar. A year starts with the equity at the end of the year before; a trade counts
 * in the year in which it was closed.
 */
export function resultsByYear(
  { time, equity, trades }: Simulation,
  symbols: readonly SymbolSignals[],
): YearResult[] {
  const closed = new Map<number, number>();
  for (let row = 0; row < trades.length; row++) {
    const year = yearOf(symbols[trades.symbol[row]!]!.bars.time[trades.exitBar[row]!]!);
    closed.set(year, (closed.get(year) ?? 0) + 1);
  }
  const results: YearResult[] = [];
  for (let from = 0; from < time.length;) {
    const year = yearOf(time[from]!);
    const to = firstFrom(time, Date.UTC(year + 1, 0, 1), from);
    const before = Math.max(0, from - 1);
    const start = equity[before]!;
    results.push({
      year,
      net_return: start > 0 ? equity[to - 1]! / start - 1 : 0,
      max_drawdown: deepestFall(equity.subarray(before, to)).depth,
      trades: closed.get(year) ?? 0,
    });
    from = to;
  }
  return results;
}

function yearOf(time: number): number {
  return new Date(time).getUTCFullYear();
}

/** First index after `from` whose time is not before `bound`; the length if there is none. */
function firstFrom(time: Float64Array, bound: number, from: number): number {
  let [low, high] = [from, time.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
