import type { SymbolSignals } from '../settings.js';
import type { HeldSteps, StepRange } from './joint-entries.js';

/** A position: its symbol as an index, and the bars for which it is held. */
export interface HeldBars {
  symbol: number;
  bars: number;
}

/**
 * Prices at which positions can begin or end. Each symbol has the opens from its second bar on, and its last close. The prices of all
 * symbols are in one array: random entries look up millions of prices, and most of that time is spent waiting for memory.
 */
export class EntryPrices {
  /** First and last step of the clock at which each symbol can hold a position. */
  readonly ranges: StepRange[] = [];
  private readonly prices: Float64Array;
  /** `[symbols + 1]`: where each symbol's prices begin. */
  private readonly begins: Int32Array;
  private readonly steps: SymbolSteps[] = [];

  /** @param clock all times at which any symbol has a bar */
  constructor(symbols: readonly SymbolSignals[], clock: Float64Array) {
    this.begins = new Int32Array(symbols.length + 1);
    symbols.forEach(({ bars }, index) => (this.begins[index + 1] = this.begins[index]! + bars.length));
    this.prices = new Float64Array(this.begins.at(-1)!);
    symbols.forEach(({ bars: { time, open, close, length } }, index) => {
      this.prices.set(open.subarray(1, length), this.begins[index]);
      this.prices[this.begins[index + 1]! - 1] = close[length - 1]!;
      const steps = stepsOf(time, length, clock);
      this.steps.push(steps);
      this.ranges.push(steps.range);
    });
  }

  /** The steps of a position that begins at the open of `entryBar`. */
  held({ symbol, bars }: HeldBars, entryBar: number): HeldSteps {
    const { range, stepOf } = this.steps[symbol]!;
    const begin = entryBar - 1;
    const end = begin + bars;
    const isAfterLast = end >= this.begins[symbol + 1]! - this.begins[symbol]! - 1;
    const step = (price: number): number => stepOf?.[price] ?? range.first + price;
    return { symbol, start: step(begin), end: isAfterLast ? range.last + 1 : step(end) };
  }

  /**
   * Exit price divided by entry price of each position. A position that is still open after the last bar continues at the first bar.
   *
   * @param entry `[positions]`: the step at which each begins
   * @param ratios `[positions]`, filled
   */
  ratios({ symbol, bars }: HeldColumns, entry: Int32Array, ratios: Float64Array): void {
    const { prices, begins, steps } = this;
    for (let row = 0; row < entry.length; row += 1) {
      const index = symbol[row]!;
      const begin = begins[index]!;
      const { range, priceAt } = steps[index]!;
      const step = entry[row]! - range.first;
      const from = begin + (priceAt === null ? step : priceAt[step]!);
      const to = from + bars[row]!;
      const last = begins[index + 1]! - 1;
      ratios[row] =
        to <= last
          ? prices[to]! / prices[from]!
          : (prices[last]! / prices[from]!) * (prices[to - last + begin]! / prices[begin]!);
    }
  }
}

/** Positions as columns `[positions]`: see {@link HeldBars}. */
export interface HeldColumns {
  symbol: Int32Array;
  bars: Int32Array;
}

/** Maps the steps of the clock to the prices of one symbol. */
interface SymbolSteps {
  range: StepRange;
  /** `[prices - 1]`: the step at which a position that begins there is first held. `null`: one price for each step. */
  stepOf: Int32Array | null;
  /** `[last - first + 1]`: index of the price at each step, or of the next one where the symbol has no bar. */
  priceAt: Int32Array | null;
}

function stepsOf(time: Float64Array, length: number, clock: Float64Array): SymbolSteps {
  // a symbol with one bar holds no position
  if (length < 2) return { range: { first: Infinity, last: -Infinity }, stepOf: null, priceAt: null };
  if (length === clock.length) return { range: { first: 1, last: length - 1 }, stepOf: null, priceAt: null };
  const stepOf = new Int32Array(length - 1);
  let step = 0;
  for (let i = 0; i < length - 1; i += 1) {
    while (clock[step]! < time[i + 1]!) step += 1;
    stepOf[i] = step;
  }
  const range = { first: stepOf[0]!, last: step };
  const priceAt = new Int32Array(range.last - range.first + 1);
  let price = 0;
  for (let i = 0; i < priceAt.length; i += 1) {
    if (stepOf[price]! < range.first + i) price += 1;
    priceAt[i] = price;
  }
  return { range, stepOf, priceAt };
}
