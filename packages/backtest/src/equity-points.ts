import { MOST_EQUITY_POINTS, type EquityPoint, type Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { deepestFall } from './drawdown.js';
import type { Simulation } from './simulation.js';

/** The equity curve for a report: evenly spaced steps with the first and the last, and both ends of the deepest fall. */
export function equityPoints(
  { time, equity }: Pick<Simulation, 'time' | 'equity'>,
  timeframe: Timeframe,
): EquityPoint[] {
  const kept = keptSteps(equity);
  const points: EquityPoint[] = [];
  let highest = -Infinity;
  for (let step = 0; step < equity.length; step++) {
    const value = equity[step]!;
    if (value > highest) highest = value;
    if (!kept.has(step)) continue;
    points.push({
      time: formatBarTime(time[step]!, timeframe),
      equity: value,
      drawdown: highest > 0 ? 1 - value / highest : 0,
    });
  }
  return points;
}

function keptSteps(equity: Float64Array): Set<number> {
  const { peak, bottom } = deepestFall(equity);
  const last = equity.length - 1;
  const even = MOST_EQUITY_POINTS - 2;
  const steps =
    equity.length <= MOST_EQUITY_POINTS
      ? Array.from(equity, (_, step) => step)
      : Array.from({ length: even }, (_, point) => Math.round((point * last) / (even - 1)));
  return new Set([...steps, peak, bottom]);
}
