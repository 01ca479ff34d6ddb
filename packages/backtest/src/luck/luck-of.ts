import type { LuckFigures } from '@ktrdr/contracts';
import { RandomStream } from '@ktrdr/statistics';
import type { BacktestSettings, SymbolSignals } from '../settings.js';
import type { Simulation } from '../simulation.js';
import { breakEvenCost } from './break-even-cost.js';
import { randomEntries } from './random-entries.js';
import { sharpeInterval, sharpeMoments } from './sharpe-interval.js';

/** Draws of the Sharpe ratio. */
const SHARPE_DRAWS = 2_000;

/** A backtest, and the seed of the random draws. */
export interface LuckInput {
  symbols: readonly SymbolSignals[];
  settings: BacktestSettings;
  simulation: Simulation;
  /** `[steps - 1]`: returns of the equity from step to step. */
  returns: Float64Array;
  barsPerYear: number;
  seed: number;
}

/** Is the result of a backtest more than luck? */
export function luckOf({
  symbols,
  settings,
  simulation,
  returns,
  barsPerYear,
  seed,
}: LuckInput): LuckFigures {
  const { trades } = simulation;
  return {
    random_entries: randomEntries(symbols, trades, settings, RandomStream.derive(seed, 'random entries')),
    sharpe_interval: sharpeInterval(returns, {
      barsPerYear,
      draws: SHARPE_DRAWS,
      random: RandomStream.derive(seed, 'Sharpe interval'),
    }),
    moments: sharpeMoments(returns),
    break_even_cost_bps: breakEvenCost(trades),
  };
}
