import { EXIT_REASONS, RANDOM_ENTRY_DRAWS, type LuckFigures } from '@ktrdr/contracts';
import type { RandomStream } from '@ktrdr/statistics';
import { costRate } from '../costs.js';
import type { BacktestSettings, SymbolSignals } from '../settings.js';
import type { TradeColumns } from '../simulation.js';
import { histogramOf } from './histogram.js';
import { Placements } from './placements.js';

// Jest looks up global variables slowly, and the loops below run millions of times.
const { max } = Math;

/** Many trades get fewer draws, so that the time is bounded: so many trades are placed, and at least `LEAST_DRAWS` draws. */
const MOST_PLACED_TRADES = 5_000_000;
const LEAST_DRAWS = 1_000;
/** Equal results can differ by rounding. */
const ROUNDING = 1e-12;

/**
 * Does the time of the entries matter? Places as many positions at random times, with the same directions and holding times as `trades`,
 * and with the same costs. Positions of one symbol do not overlap. The p-value is the share of the draws that earn at least as much,
 * (1 + such draws) / (1 + draws): Davison and Hinkley (1997), section 4.3. `null` without trades.
 *
 * A rising market pays random long positions too, so a model that is nearly always long gets no credit for the rise. Each symbol has an equal part
 * of the capital and compounds its own trades; a fixed fraction applies to each trade, any other sizing counts as all-in. Random positions
 * have neither stop nor target; one that the model's own stop closed within a bar counts that bar as held.
 *
 * Measured on 800 random walks with random decisions each: p-values are uniform, and at most 0.05 in 4.5 to 6.1 % of cases (few and many
 * trades, three symbols, changing volatility, drift). With stop and target it is 3.8 %: the test is then slightly conservative.
 */
export function randomEntries(
  symbols: readonly SymbolSignals[],
  trades: TradeColumns,
  settings: BacktestSettings,
  random: RandomStream,
  mostDraws: number = RANDOM_ENTRY_DRAWS,
): LuckFigures['random_entries'] {
  if (trades.length === 0) return null;
  const { sizing } = settings;
  const fraction = sizing.type === 'fixed_fraction' ? Math.min(1, sizing.fraction * symbols.length) : 1;
  const parts = symbols.map(
    (symbol, index) => new SymbolPart(symbol, index, trades, costRate(settings), fraction),
  );
  const enough = max(LEAST_DRAWS, Math.floor(MOST_PLACED_TRADES / trades.length));
  const draws = Math.min(mostDraws, enough);

  const mean = (growth: (part: SymbolPart) => number): number =>
    parts.reduce((sum, part) => sum + growth(part), 0) / parts.length;
  const own = mean((part) => part.own);
  const returns = new Float64Array(draws);
  let asGood = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = mean((part) => part.draw(random));
    if (drawn >= own * (1 - ROUNDING)) asGood += 1;
    returns[draw] = drawn - 1;
  }
  return {
    draws,
    p_value: (1 + asGood) / (1 + draws),
    model_return: own - 1,
    histogram: histogramOf(returns),
  };
}

/** One symbol's part of the capital, as multiples of what it began with. */
class SymbolPart {
  /** What the model's own trades made of it. */
  readonly own: number;
  /** Prices at which a position can begin or end: the opens from the second bar, and the last close. */
  private readonly prices: Float64Array;
  private readonly directions: Int8Array;
  private readonly holding: Int32Array;
  private readonly placements: Placements;

  constructor(
    { bars }: SymbolSignals,
    symbol: number,
    trades: TradeColumns,
    private readonly rate: number,
    private readonly fraction: number,
  ) {
    const rows = Array.from(trades.symbol.subarray(0, trades.length).keys()).filter(
      (row) => trades.symbol[row] === symbol,
    );
    this.prices = new Float64Array(bars.length);
    this.prices.set(bars.open.subarray(1, bars.length));
    this.prices[bars.length - 1] = bars.close[bars.length - 1]!;
    this.directions = Int8Array.from(rows, (row) => trades.direction[row]!);
    this.holding = Int32Array.from(rows, (row) => heldBars(trades, row));
    this.placements = new Placements(this.holding, bars.length - 1);
    this.own = rows.reduce(
      (value, row) =>
        value * this.growth(trades.direction[row]!, trades.exitPrice[row]! / trades.entryPrice[row]!),
      1,
    );
  }

  /** What the trades make of it at random times. */
  draw(random: RandomStream): number {
    const { placements, prices, directions, holding } = this;
    placements.draw(random);
    const { order, entry } = placements;
    let value = 1;
    for (let i = 0; i < order.length; i += 1) {
      const position = order[i]!;
      const from = entry[i]!;
      value *= this.growth(directions[position]!, prices[from + holding[position]!]! / prices[from]!);
    }
    return value;
  }

  /** Capital after a trade divided by that before, with costs of both sides. A short position can lose all of it, but not more. */
  private growth(direction: number, ratio: number): number {
    const { rate, fraction } = this;
    const earned = direction > 0 ? ratio - 1 : 1 - ratio;
    return max(0, 1 + (fraction * (earned - rate * (1 + ratio))) / (1 + rate));
  }
}

/** Bars from the entry to the exit; a position that was closed within a bar held it. */
function heldBars(trades: TradeColumns, row: number): number {
  const atOpen = EXIT_REASONS[trades.exitReason[row]!] === 'signal';
  return trades.exitBar[row]! - trades.entryBar[row]! + (atOpen ? 0 : 1);
}
