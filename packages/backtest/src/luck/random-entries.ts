import { EXIT_REASONS, RANDOM_ENTRY_DRAWS, type LuckFigures } from '@ktrdr/contracts';
import type { RandomStream } from '@ktrdr/statistics';
import { mergeClocks } from '../clock.js';
import { costRate } from '../costs.js';
import type { BacktestSettings, SymbolSignals } from '../settings.js';
import type { TradeColumns } from '../simulation.js';
import { histogramOf, ROUNDING } from './histogram.js';
import { EntryPrices } from './entry-prices.js';
import { JointEntries } from './joint-entries.js';

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
  const { symbol, direction, entryPrice, exitPrice, entryBar } = trades;
  const prices = new EntryPrices(symbols, mergeClocks(symbols));
  const bars = Int32Array.from({ length: trades.length }, (_, row) => heldBars(trades, row));
  const held = Array.from(bars, (length, row) =>
    prices.held({ symbol: symbol[row]!, bars: length }, entryBar[row]!),
  );
  const entries = new JointEntries(held, prices.ranges);
  const ratios = exitPrice.map((price, row) => price / entryPrice[row]!);
  const growth = new Growth(symbols.length, symbol, direction, settings);
  const own = growth.of(ratios);

  const draws = Math.min(mostDraws, Math.max(LEAST_DRAWS, Math.floor(MOST_PLACED_TRADES / trades.length)));
  const returns = new Float64Array(draws);
  let asGood = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    entries.draw(random);
    prices.ratios({ symbol, bars }, entries.entry, ratios);
    const drawn = growth.of(ratios);
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

/** Growth of the capital. Each symbol gets an equal part of it. */
class Growth {
  /** `[symbols]` */
  private readonly values: Float64Array;
  /** `[trades]`: a trade multiplies the value of its symbol by `fixed + moving * (exit price / entry price)`, but not below 0. */
  private readonly fixed: Float64Array;
  private readonly moving: Float64Array;

  /** @param direction and symbol of each trade `[trades]` */
  constructor(
    symbols: number,
    private readonly symbol: Int32Array,
    direction: Int8Array,
    settings: BacktestSettings,
  ) {
    const { sizing } = settings;
    this.values = new Float64Array(symbols);
    const fraction = sizing.type === 'fixed_fraction' ? Math.min(1, sizing.fraction * symbols) : 1;
    // A buy spends `fraction` of a unit of capital, including the cost `rate` of the fill, and keeps the rest.
    const rate = costRate(settings);
    const [bought, kept] = [fraction / (1 + rate), 1 - fraction];
    const received = bought * (1 - rate);
    this.fixed = Float64Array.from(direction, (side) => (side > 0 ? kept : 1 + received));
    this.moving = Float64Array.from(direction, (side) => (side > 0 ? received : -fraction));
  }

  /** The capital after all trades as a multiple of the initial capital. @param ratios `[trades]`: exit price divided by entry price */
  of(ratios: Float64Array): number {
    const { values, symbol, fixed, moving } = this;
    values.fill(1);
    for (let row = 0; row < ratios.length; row += 1) {
      values[symbol[row]!]! *= Math.max(0, fixed[row]! + moving[row]! * ratios[row]!);
    }
    let sum = 0;
    for (let index = 0; index < values.length; index += 1) sum += values[index]!;
    return sum / values.length;
  }
}

/** Bars from the entry to the exit; a position that was closed within a bar held it. */
function heldBars(trades: TradeColumns, row: number): number {
  const atOpen = EXIT_REASONS[trades.exitReason[row]!] === 'signal';
  return trades.exitBar[row]! - trades.entryBar[row]! + (atOpen ? 0 : 1);
}
