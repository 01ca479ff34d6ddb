import type { BacktestFigures, Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { deepestFall, type DeepestFall } from './drawdown.js';
import { riskOf } from './risk.js';
import type { Simulation, TradeColumns } from './simulation.js';

/** What the figures are computed from. */
export interface FigureInputs {
  simulation: Simulation;
  /** Returns of the equity, `[steps - 1]`. */
  returns: Float64Array;
  capital: number;
  barsPerYear: number;
  timeframe: Timeframe;
}

/** Return, risk and trades of a simulation. */
export function figuresOf({
  simulation,
  returns,
  capital,
  barsPerYear,
  timeframe,
}: FigureInputs): BacktestFigures {
  const { equity, time, trades, exposedSteps, tradedValue } = simulation;
  const years = equity.length / barsPerYear;
  const netReturn = equity[equity.length - 1]! / capital - 1;
  const costs = sumOf(trades.costs);
  const fall = deepestFall(equity);
  const cagr = yearlyReturn(netReturn, years);
  return {
    net_return: netReturn,
    gross_return: netReturn + costs / capital,
    cagr,
    ...riskOf(returns, barsPerYear),
    calmar: cagr === null || fall.depth === 0 ? null : cagr / fall.depth,
    max_drawdown: describeFall(fall, time, timeframe),
    trades: trades.length,
    ...tradeFigures(trades),
    exposure: exposedSteps / equity.length,
    turnover: tradedValue / capital / years,
    costs_paid: costs,
  };
}

/** `null` if nothing is left, or if the range is so short that the power has no meaning. */
function yearlyReturn(netReturn: number, years: number): number | null {
  if (netReturn <= -1) return null;
  const yearly = (1 + netReturn) ** (1 / years) - 1;
  return Number.isFinite(yearly) ? yearly : null;
}

function describeFall(
  { depth, peak, bottom, recovered }: DeepestFall,
  time: Float64Array,
  timeframe: Timeframe,
): BacktestFigures['max_drawdown'] {
  if (depth === 0) return { depth, from: null, bottom: null, recovered: null, bars: 0 };
  return {
    depth,
    from: formatBarTime(time[peak]!, timeframe),
    bottom: formatBarTime(time[bottom]!, timeframe),
    recovered: recovered === null ? null : formatBarTime(time[recovered]!, timeframe),
    bars: (recovered ?? time.length - 1) - peak,
  };
}

function tradeFigures(
  trades: TradeColumns,
): Pick<BacktestFigures, 'profit_factor' | 'hit_rate' | 'expectancy'> {
  const { length, profit, entryPrice, quantity } = trades;
  if (length === 0) return { profit_factor: null, hit_rate: null, expectancy: null };
  let [gains, losses, hits, returns] = [0, 0, 0, 0];
  for (let row = 0; row < length; row++) {
    const value = profit[row]!;
    if (value > 0) {
      gains += value;
      hits += 1;
    } else {
      losses -= value;
    }
    returns += value / (entryPrice[row]! * quantity[row]!);
  }
  return {
    profit_factor: losses > 0 ? gains / losses : null,
    hit_rate: hits / length,
    expectancy: returns / length,
  };
}

/** Sum of a column. */
export function sumOf(column: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < column.length; row++) sum += column[row]!;
  return sum;
}
