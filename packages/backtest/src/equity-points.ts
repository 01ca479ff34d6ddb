import { MOST_EQUITY_POINTS, type EquityPoint, type Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { deepestFall } from './drawdown.js';
import type { Simulation } from './simulation.js';

/** The equity curve for a report: evenly spaced steps with the first and the last, and both ends of the deepest fall. */
export function equityPoints(
  { time, equity }: Pick<Simulation, 'time' | 'equity'>,
  timeframe: Timeframe,
): EquityPoint[] {
  let [highest, from] = [-Infinity, 0];
  return keptSteps(equity).map((step) => {
    for (; from <= step; from++) highest = Math.max(highest, equity[from]!);
    const value = equity[step]!;
    return {
      time: formatBarTime(time[step]!, timeframe),
      equity: value,
      drawdown: highest > 0 ? 1 - value / highest : 0,
    };
  });
}

/** Steps of the points, in ascending order. */
function keptSteps(equity: Float64Array): number[] {
  if (equity.length <= MOST_EQUITY_POINTS) return Array.from(equity, (_, step) => step);
  const { peak, bottom } = deepestFall(equity);
  const last = equity.length - 1;
  const even = MOST_EQUITY_POINTS - 2;
  const steps = Array.from({ length: even }, (_, point) => Math.round((point * last) / (even - 1)));
  return [...new Set([...steps, peak, bottom])].toSorted((a, b) => a - b);
}
