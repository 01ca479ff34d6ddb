import { MOST_EQUITY_POINTS, type EquityPoint, type Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { deepestFall } from './drawdown.js';
import type { Simulation } from './simulation.js';

/**
 * The equity curve for a report.
 *
 * @param steps of `shownSteps`
 * @param buyAndHold equity of buying and holding at these steps
 */
export function equityPoints(
  { time, equity }: Pick<Simulation, 'time' | 'equity'>,
  timeframe: Timeframe,
  steps: readonly number[],
  buyAndHold: readonly number[],
): EquityPoint[] {
  let [highest, from] = [-Infinity, 0];
  return steps.map((step, point) => {
    for (; from <= step; from++) highest = Math.max(highest, equity[from]!);
    const value = equity[step]!;
    return {
      time: formatBarTime(time[step]!, timeframe),
      equity: value,
      drawdown: highest > 0 ? 1 - value / highest : 0,
      buy_and_hold: buyAndHold[point]!,
    };
  });
}

/** The steps that a report shows, in ascending order: evenly spaced, with the first, the last and both ends of the deepest fall. */
export function shownSteps(equity: Float64Array): number[] {
  if (equity.length <= MOST_EQUITY_POINTS) return Array.from(equity, (_, step) => step);
  const { peak, bottom } = deepestFall(equity);
  const last = equity.length - 1;
  const even = MOST_EQUITY_POINTS - 2;
  const steps = Array.from({ length: even }, (_, point) => Math.round((point * last) / (even - 1)));
  return [...new Set([...steps, peak, bottom])].toSorted((a, b) => a - b);
}
