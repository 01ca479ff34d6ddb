import type { BacktestReport, Timeframe, Trade } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { barsPerYear } from './bars-per-year.js';
import { benchmarks } from './benchmarks.js';
import { resultsBySymbol } from './by-symbol.js';
import { resultsByYear } from './by-year.js';
import { equityPoints, shownSteps } from './equity-points.js';
import { figuresOf } from './figures.js';
import { luckOf } from './luck/luck-of.js';
import { returnsOf } from './returns.js';
import type { BacktestSettings, SymbolSignals } from './settings.js';
import { simulate } from './simulate.js';
import type { Simulation } from './simulation.js';
import { tradeRows } from './trades.js';

/** What a report says about the bars and the model. */
export interface BacktestOptions {
  timeframe: Timeframe;
  /** The range includes bars that the model was trained or selected on. */
  inSample: boolean;
  /** Of the random draws. */
  seed: number;
  /** Relative move that confirms a zigzag pivot, for the benchmark `pivot_direction`; without it the benchmark is left out. */
  pivotThreshold?: number;
}

/**
 * Backtests decisions: figures, benchmarks, luck and trades.
 *
 * @throws KtrdrError `invalid_request`, `no_bars_in_range`, `bars_invalid`
 */
export function backtest(
  symbols: readonly SymbolSignals[],
  settings: BacktestSettings,
  { timeframe, inSample, seed, pivotThreshold }: BacktestOptions,
): { report: BacktestReport; trades: Trade[] } {
  const simulation = simulate(symbols, settings);
  const { time, equity, trades } = simulation;
  const yearly = barsPerYear(time);
  const returns = returnsOf(equity);
  const { capital } = settings;
  const steps = shownSteps(equity);
  const { results, buyAndHold } = benchmarks(symbols, settings, yearly, pivotThreshold ?? null, steps);
  const report: BacktestReport = {
    assumptions: {
      commission_bps: settings.commission_bps,
      slippage_bps: settings.slippage_bps,
      spread_bps: settings.spread_bps,
      capital,
      sizing: settings.sizing,
      allow_short: settings.allowShort,
      stop_loss: settings.stopLoss,
      take_profit: settings.takeProfit,
      bars_per_year: yearly,
    },
    in_sample: inSample,
    symbols: symbols.map(({ symbol }) => symbol),
    timeframe,
    start: formatBarTime(time[0]!, timeframe),
    end: formatBarTime(time[time.length - 1]!, timeframe),
    bars: symbols.reduce((sum, { bars }) => sum + bars.length, 0),
    figures: figuresOf({ simulation, returns, capital, barsPerYear: yearly, timeframe }),
    by_year: resultsByYear(simulation, symbols),
    by_symbol: resultsBySymbol(trades, symbols),
    benchmarks: results,
    luck: luckOf({ symbols, settings, simulation, returns, barsPerYear: yearly, seed }),
    equity: equityPoints(simulation, timeframe, steps, buyAndHold),
    warnings: warningsOf(simulation, timeframe),
  };
  return { report, trades: tradeRows(trades, symbols, timeframe) };
}

function warningsOf({ ruinedAt, time }: Simulation, timeframe: Timeframe): string[] {
  if (ruinedAt === null) return [];
  const when = formatBarTime(time[ruinedAt]!, timeframe);
  return [
    `A short position lost the whole capital at ${when}: all positions were closed, and nothing was traded after it.`,
  ];
}
