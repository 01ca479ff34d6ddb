import { describe, expect, test } from '@jest/globals';
import { RandomStream } from '@ktrdr/statistics';
import { DEFAULT_SETTINGS, type BacktestSettings, type SymbolSignals } from '../settings.js';
import { simulate } from '../simulate.js';
import { randomEntries } from './random-entries.js';

const FREE = { ...DEFAULT_SETTINGS, commission_bps: 0, slippage_bps: 0, spread_bps: 0 };

interface MarketShape {
  bars: number;
  /** Mean and half of the range of a bar's change, as a share of the price. */
  drift: number;
  noise: number;
}

/** Bars whose opens follow a walk; each close is the next open. */
function market(random: RandomStream, { bars, drift, noise }: MarketShape): SymbolSignals['bars'] {
  const price = new Float64Array(bars + 1);
  price[0] = 100;
  for (let t = 0; t < bars; t += 1) {
    price[t + 1] = price[t]! * (1 + drift + noise * (2 * random.uniform() - 1));
  }
  return barsOf(price);
}

/** @param price `[bars + 1]`: opens, and the last close */
function barsOf(price: Float64Array): SymbolSignals['bars'] {
  const bars = price.length - 1;
  const [open, close] = [price.subarray(0, bars), price.subarray(1)];
  return {
    time: Float64Array.from({ length: bars }, (_, t) => t * 3_600_000),
    open,
    close,
    high: open.map((value, t) => Math.max(value, close[t]!)),
    low: open.map((value, t) => Math.min(value, close[t]!)),
    length: bars,
  };
}

function decisions(bars: number, decide: (bar: number) => number): Int8Array {
  return Int8Array.from({ length: bars }, (_, bar) => decide(bar));
}

/** Three random walks of 200 bars. A signal keeps its value for some bars; all symbols have the same one, or each its own. */
function correlatedSymbols(
  random: RandomStream,
  correlation: number,
  { common, stay }: { common: boolean; stay: number },
): SymbolSignals[] {
  const length = 200;
  const draw = () => Float64Array.from({ length }, () => 2 * random.uniform() - 1);
  const signal = (): Int8Array => {
    let last = 0;
    return decisions(length, () => {
      if (random.uniform() > stay) last = Math.floor(random.uniform() * 3) - 1;
      return last;
    });
  };
  const [shared, all] = [draw(), signal()];
  return ['A', 'B', 'C'].map((symbol) => {
    const own = draw();
    const price = new Float64Array(length + 1).fill(100);
    for (let t = 0; t < length; t += 1) {
      const step = Math.sqrt(correlation) * shared[t]! + Math.sqrt(1 - correlation) * own[t]!;
      price[t + 1] = price[t]! * (1 + 0.02 * step);
    }
    return { symbol, bars: barsOf(price), decision: common ? all : signal() };
  });
}

function pValue(
  symbols: readonly SymbolSignals[],
  settings: BacktestSettings,
  random: RandomStream,
  draws?: number,
) {
  const { trades } = simulate(symbols, settings);
  return randomEntries(symbols, trades, settings, random, draws);
}

describe('Random entries', () => {
  test('on random walks, p-values of random decisions are uniform, with costs and short positions', () => {
    const random = RandomStream.derive(1, 'calibration');
    const values: number[] = [];
    for (let run = 0; run < 200; run += 1) {
      const symbols = Array.from({ length: 1 + (run % 2) }, (_, index) => {
        const bars = market(random, { bars: 100, drift: 0, noise: 0.02 });
        const decision = decisions(100, () => (Math.floor(random.uniform() * 20) % 3) - 1);
        return { symbol: `S${index}`, bars, decision };
      });
      values.push(pValue(symbols, { ...DEFAULT_SETTINGS, allowShort: run % 3 > 0 }, random, 99)!.p_value);
    }
    values.sort((a, b) => a - b);
    const distance = Math.max(...values.map((value, i) => Math.abs(value - (i + 0.5) / values.length)));
    // Kolmogorov-Smirnov, 1 %
    expect(distance).toBeLessThan(1.63 / Math.sqrt(values.length));
    expect(values.filter((value) => value <= 0.05).length / values.length).toBeLessThan(0.09);
  });

  test.each([
    { name: 'one signal, correlated symbols', correlation: 0.9, common: true, stay: 0.8 },
    { name: 'one slow signal, correlated symbols', correlation: 0.9, common: true, stay: 0.97 },
    { name: 'one signal, independent symbols', correlation: 0, common: true, stay: 0.8 },
    { name: 'own signals, correlated symbols', correlation: 0.9, common: false, stay: 0.8 },
    { name: 'own slow signals, correlated symbols', correlation: 0.9, common: false, stay: 0.97 },
  ])('on three random walks at most 5 % are significant: $name', ({ name, correlation, common, stay }) => {
    const random = RandomStream.derive(8, name);
    let significant = 0;
    for (let run = 0; run < 300; run += 1) {
      const symbols = correlatedSymbols(random, correlation, { common, stay });
      const luck = pValue(symbols, { ...DEFAULT_SETTINGS, allowShort: true }, random, 99);
      if (luck !== null && luck.p_value <= 0.05) significant += 1;
    }
    // 5 % of 300 are 15; more than 27 come once in a thousand times
    expect(significant).toBeLessThanOrEqual(27);
  });

  test('symbols with other hours, a late start or a single bar', () => {
    const random = RandomStream.derive(9, 'hours');
    const all = { symbol: 'A', bars: market(random, { bars: 200, drift: 0, noise: 0.02 }) };
    const keep = (test: (t: number) => boolean): SymbolSignals['bars'] => {
      const rows = Array.from({ length: 200 }, (_, t) => t).filter(test);
      const of = (values: Float64Array) => Float64Array.from(rows, (t) => values[t]!);
      const { time, open, high, low, close } = all.bars;
      return {
        time: of(time),
        open: of(open),
        high: of(high),
        low: of(low),
        close: of(close),
        length: rows.length,
      };
    };
    const symbols = [
      all,
      { symbol: 'HOURS', bars: keep((t) => t % 24 > 13) },
      { symbol: 'LATE', bars: keep((t) => t > 120) },
      { symbol: 'ONE', bars: keep((t) => t === 50) },
    ].map((one) => ({
      ...one,
      decision: decisions(one.bars.length, () => Math.floor(random.uniform() * 3) - 1),
    }));
    const luck = pValue(symbols, { ...DEFAULT_SETTINGS, allowShort: true }, random, 500)!;
    expect(luck.p_value).toBeGreaterThan(0);
    expect(luck.histogram.edges.every(Number.isFinite)).toBe(true);
    expect(luck.histogram.shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
  });

  test('being nearly always long in a rising market is not significant, although it earns', () => {
    const random = RandomStream.derive(2, 'drift');
    let significant = 0;
    for (let run = 0; run < 40; run += 1) {
      const bars = market(random, { bars: 600, drift: 0.002, noise: 0.01 });
      const decision = decisions(600, (bar) => (bar % 50 === 49 ? -1 : 1));
      const symbols = [{ symbol: 'UP', bars, decision }];
      const { trades, equity } = simulate(symbols, FREE);
      expect(equity[599]! / FREE.capital).toBeGreaterThan(1.5);
      if (randomEntries(symbols, trades, FREE, random, 199)!.p_value <= 0.05) significant += 1;
    }
    // 5 % of 40 are 2; more than 6 come once in a thousand times
    expect(significant).toBeLessThanOrEqual(6);
  });

  test('one position over all bars is certain luck', () => {
    const random = RandomStream.derive(3, 'all bars');
    const bars = market(random, { bars: 100, drift: 0.01, noise: 0.01 });
    const luck = pValue(
      [{ symbol: 'UP', bars, decision: decisions(100, () => 1) }],
      DEFAULT_SETTINGS,
      random,
      500,
    )!;
    expect(luck.p_value).toBe(1);
    expect(luck.histogram.shares).toEqual([1]);
    expect(luck.histogram.edges).toHaveLength(2);
  });

  test('decisions that know the next bar are no luck', () => {
    const random = RandomStream.derive(4, 'foresight');
    const bars = market(random, { bars: 400, drift: 0, noise: 0.02 });
    const decision = decisions(400, (bar) => Math.sign((bars.close[bar + 1] ?? 0) - bars.close[bar]!));
    const luck = pValue([{ symbol: 'A', bars, decision }], DEFAULT_SETTINGS, random, 1_999)!;
    expect(luck.p_value).toBe(1 / 2_000);
  });

  test('the histogram holds all draws, costs of the same trades move it as a whole, and a seed repeats it', () => {
    const bars = market(RandomStream.derive(5, 'market'), { bars: 300, drift: 0, noise: 0.02 });
    const decision = decisions(300, (bar) => [1, 0, 0, -1, 0][bar % 5]!);
    const symbols = [{ symbol: 'A', bars, decision }];
    const draw = (settings: BacktestSettings) =>
      pValue(symbols, settings, RandomStream.derive(6, 'draws'), 1_000)!;
    const free = draw(FREE);
    const costly = draw(DEFAULT_SETTINGS);
    expect(draw(FREE)).toEqual(free);
    expect(free.histogram.edges).toHaveLength(free.histogram.shares.length + 1);
    expect(free.histogram.shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
    expect(costly.p_value).toBe(free.p_value);
    expect(costly.histogram.edges.at(-1)!).toBeLessThan(free.histogram.edges.at(-1)!);
  });

  test('the place of the model among the draws agrees with its p-value, regardless of the sizing', () => {
    const random = RandomStream.derive(8, 'place');
    const symbols = ['A', 'B'].map((symbol) => ({
      symbol,
      bars: market(random, { bars: 300, drift: 0, noise: 0.02 }),
      decision: decisions(300, (bar) => [1, 0, 0, -1, 0][bar % 5]!),
    }));
    const all = [symbols[0]!];
    const { equity } = simulate(all, FREE);
    expect(pValue(all, FREE, random, 10)!.model_return).toBeCloseTo(equity[299]! / FREE.capital - 1, 9);
    for (const sizing of [
      { type: 'all_in' },
      { type: 'volatility_target', annual_volatility: 0.1 },
    ] as const) {
      const { draws, p_value, model_return, histogram } = pValue(
        symbols,
        { ...FREE, sizing },
        random,
        1_000,
      )!;
      const above = (edge: (bin: number) => number): number =>
        histogram.shares.reduce((sum, share, bin) => sum + (edge(bin) >= model_return ? share : 0), 0);
      // the bin of the model itself counts in part
      expect(p_value).toBeGreaterThanOrEqual(above((bin) => histogram.edges[bin]!) - 1e-9);
      expect(p_value).toBeLessThanOrEqual(above((bin) => histogram.edges[bin + 1]!) + 1 / draws + 1e-9);
    }
  });

  test('without trades there is nothing to say', () => {
    const bars = market(RandomStream.derive(7, 'market'), { bars: 30, drift: 0, noise: 0.02 });
    const none = [{ symbol: 'A', bars, decision: new Int8Array(30) }];
    expect(pValue(none, DEFAULT_SETTINGS, RandomStream.derive(7, 'draws'))).toBeNull();
  });
});
