import { EXIT_REASONS, RANDOM_ENTRY_DRAWS, type LuckFigures } from '@ktrdr/contracts';
import type { RandomStream } from '@ktrdr/statistics';
import { mergeClocks } from '../clock.js';
import { costRate } from '../costs.js';
import type { BacktestSettings, SymbolSignals } from '../settings.js';
import type { TradeColumns } from '../simulation.js';
import { histogramOf, ROUNDING } from './histogram.js';
import { type HeldSteps, JointEntries } from './joint-entries.js';

// Jest looks up global variables slowly, and the loops below run millions of times.
const { floor, max } = Math;

/** Many trades get fewer draws, so that the time is bounded: so many trades are placed, and at least `LEAST_DRAWS` draws. */
const MOST_PLACED_TRADES = 5_000_000;
const LEAST_DRAWS = 1_000;

/**
 * Does the time of the entries matter? Places as many positions at random times, with the same directions and holding times as `trades`,
 * and with the same costs. Positions of one symbol do not overlap; positions of several symbols that overlap move together. The p-value
 * is the share of the draws that earn at least as much, (1 + such draws) / (1 + draws): Davison and Hinkley (1997), section 4.3. `null`
 * without trades.
 *
 * A rising market pays random long positions too, so a model that is nearly always long gets no credit for the rise. Each symbol has an
 * equal part of the capital and compounds its own trades; a fixed fraction applies to each trade, any other sizing counts as all-in.
 * Random positions have neither stop nor target; one that the model's own stop closed within a bar counts that bar as held.
 *
 * Measured on 800 random walks for each of 40 cases (1 and 3 symbols, correlations of 0 to 0.95, signals common or not, 3 to 160 trades),
 * the p-value is at most 0.05 in 3.4 to 6.1 % of them: docs/performance.md.
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
  const rate = costRate(settings);
  const fraction = sizing.type === 'fixed_fraction' ? Math.min(1, sizing.fraction * symbols.length) : 1;
  const clock = mergeClocks(symbols);
  const prices = symbols.map((symbol) => new Prices(symbol, clock));
  const { symbol, direction, entryPrice, exitPrice, entryBar } = trades;
  const holding = Int32Array.from({ length: trades.length }, (_, row) => heldBars(trades, row));
  const entries = new JointEntries(
    Array.from(holding, (held, row) => prices[symbol[row]!]!.held(symbol[row]!, entryBar[row]!, held)),
    prices.map(({ first, last }) => ({ first, last })),
  );
  const values = new Float64Array(symbols.length);
  /** Capital at the end as a multiple of that at the beginning, if each position's exit price is such a multiple of its entry price. */
  const result = (ratio: (row: number) => number): number => {
    values.fill(1);
    for (let row = 0; row < holding.length; row += 1) {
      values[symbol[row]!]! *= growth(direction[row]!, ratio(row), rate, fraction);
    }
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  };
  const own = result((row) => exitPrice[row]! / entryPrice[row]!);
  const drawnRatio = (row: number): number => prices[symbol[row]!]!.ratio(entries.entry[row]!, holding[row]!);

  const draws = Math.min(mostDraws, max(LEAST_DRAWS, floor(MOST_PLACED_TRADES / trades.length)));
  const returns = new Float64Array(draws);
  let asGood = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    entries.draw(random);
    const drawn = result(drawnRatio);
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

/** Prices of one symbol at which a position can begin or end: the opens from the second bar, and the last close. */
class Prices {
  /** First and last step of the clock at which a position can be held. */
  readonly first: number;
  readonly last: number;
  private readonly prices: Float64Array;
  /** `[last - first + 1]`: index of the price at each step, or of the next one where the symbol has no bar. */
  private readonly priceAt: Int32Array;
  /** `[prices - 1]`: the step at which a position that begins there is first held. */
  private readonly stepOf: Int32Array;

  /** @param clock all times at which any symbol has a bar */
  constructor({ bars }: SymbolSignals, clock: Float64Array) {
    const { time, open, close, length } = bars;
    this.prices = new Float64Array(length);
    this.prices.set(open.subarray(1, length));
    this.prices[length - 1] = close[length - 1]!;
    this.stepOf = new Int32Array(max(0, length - 1));
    let step = 0;
    for (let i = 0; i < length - 1; i += 1) {
      while (clock[step]! < time[i + 1]!) step += 1;
      this.stepOf[i] = step;
    }
    // a symbol with one bar holds no position
    this.first = this.stepOf[0] ?? Infinity;
    this.last = length > 1 ? step : -Infinity;
    this.priceAt = new Int32Array(max(0, this.last - this.first + 1));
    let price = 0;
    for (let i = 0; i < this.priceAt.length; i += 1) {
      if (this.stepOf[price]! < this.first + i) price += 1;
      this.priceAt[i] = price;
    }
  }

  /** The steps of a position that begins at the open of `entryBar` and lasts `bars`. */
  held(symbol: number, entryBar: number, bars: number): HeldSteps {
    const { stepOf, last } = this;
    const begin = entryBar - 1;
    return { symbol, start: stepOf[begin]!, end: stepOf[begin + bars] ?? last + 1 };
  }

  /** Exit price divided by entry price of a position that begins at `step`. After the last bar it continues at the first. */
  ratio(step: number, bars: number): number {
    const { prices, priceAt, first } = this;
    const from = priceAt[step - first]!;
    const end = prices.length - 1;
    const to = from + bars;
    if (to <= end) return prices[to]! / prices[from]!;
    return (prices[end]! / prices[from]!) * (prices[to - end]! / prices[0]!);
  }
}

/** Capital after a trade divided by that before, with costs of both sides. A short position can lose all of it, but not more. */
function growth(direction: number, ratio: number, rate: number, fraction: number): number {
  const earned = direction > 0 ? ratio - 1 : 1 - ratio;
  return max(0, 1 + (fraction * (earned - rate * (1 + ratio))) / (1 + rate));
}

/** Bars from the entry to the exit; a position that was closed within a bar held it. */
function heldBars(trades: TradeColumns, row: number): number {
  const atOpen = EXIT_REASONS[trades.exitReason[row]!] === 'signal';
  return trades.exitBar[row]! - trades.entryBar[row]! + (atOpen ? 0 : 1);
}
