import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Bars } from '@ktrdr/market-data';
import fc from 'fast-check';

import { firstBars, randomBars } from '../test/random-bars.js';
import { hasRealBars, realBars } from '../test/real-bars.js';
import { loadTalib } from '../test/talib.js';
import type { Talib } from '../test/talib.js';
import { indicatorType, INDICATOR_TYPES } from './registry.js';

type Parameters = Record<string, number | string>;

/** Our parameters, and TA-Lib's answer for them. */
interface Case {
  type: string;
  parameters: Parameters;
  expected(talib: Talib, bars: Bars): Float64Array[];
}

const CASES: Case[] = [
  ...[2, 3, 14, 100].map((period): Case => ({
    type: 'rsi',
    parameters: { period, source: 'close' },
    expected: (talib, bars) => talib('RSI', [bars.close], [period], 1),
  })),
  ...[2, 20, 500].map((period): Case => ({
    type: 'sma',
    parameters: { period, source: 'volume' },
    expected: (talib, bars) => talib('SMA', [bars.volume], [period], 1),
  })),
  ...[2, 20, 500].map((period): Case => ({
    type: 'ema',
    parameters: { period, source: 'high' },
    expected: (talib, bars) => talib('EMA', [bars.high], [period], 1),
  })),
  ...[
    [12, 26, 9],
    [2, 3, 2],
    [30, 10, 5],
    [100, 200, 50],
  ].map(([fast, slow, signal]): Case => ({
    type: 'macd',
    parameters: { fast_period: fast!, slow_period: slow!, signal_period: signal!, source: 'close' },
    expected: (talib, bars) => talib('MACD', [bars.close], [fast!, slow!, signal!], 3),
  })),
  ...[
    [20, 2],
    [5, 0.5],
    [200, 3],
  ].map(([period, multiplier]): Case => ({
    type: 'bollingerbands',
    parameters: { period: period!, multiplier: multiplier!, source: 'close' },
    expected: (talib, bars) => talib('BBANDS', [bars.close], [period!, multiplier!, multiplier!, 0], 3),
  })),
  ...[1, 2, 14, 100].map((period): Case => ({
    type: 'atr',
    parameters: { period },
    expected: (talib, bars) => talib('ATR', [bars.high, bars.low, bars.close], [period], 1),
  })),
];

function compute({ type, parameters }: Pick<Case, 'type' | 'parameters'>, bars: Bars): Float64Array[] {
  return indicatorType(type).compute(bars, parameters as never);
}

/** Same undefined values, others within 1e-9 of the values' size. */
function expectClose(ours: Float64Array, theirs: Float64Array, scale: number): void {
  expect(ours.length).toBe(theirs.length);
  let worst = 0;
  for (let t = 0; t < ours.length; t++) {
    if (Number.isNaN(ours[t]!) !== Number.isNaN(theirs[t]!))
      throw new Error(`bar ${t}: ${ours[t]} or ${theirs[t]}`);
    if (Number.isNaN(ours[t]!)) continue;
    worst = Math.max(
      worst,
      Math.abs(ours[t]! - theirs[t]!) / Math.max(Math.abs(theirs[t]!), scale, Number.MIN_VALUE),
    );
  }
  expect(worst).toBeLessThan(1e-9);
}

describe('indicators are TA-Lib to 1e-9', () => {
  let talib: Talib;
  beforeAll(async () => {
    talib = await loadTalib();
  });

  const title = ({ type, parameters }: Case): string => `${type} ${JSON.stringify(parameters)}`;

  test.each(CASES.map((item) => [title(item), item] as const))('%s on random bars', (_, item) => {
    for (const seed of [1, 2, 3]) {
      const bars = randomBars({ length: 1_500, seed });
      // A difference of two prices is exact to the size of the prices, not of the difference.
      const scale = item.type === 'macd' || item.type === 'atr' ? 1e-3 * bars.close[0]! : 0;
      const theirs = item.expected(talib, bars);
      compute(item, bars).forEach((ours, output) => expectClose(ours, theirs[output]!, scale));
    }
  });

  const onRealBars = hasRealBars ? test : test.skip;
  onRealBars.each([
    ['AAPL', '1h'],
    ['EURUSD', '1h'],
    ['GOOG', '1d'],
  ] as const)('all on the real bars of %s %s (KTRDR_REAL_BARS)', async (symbol, timeframe) => {
    const bars = (await realBars(symbol, timeframe))!;
    for (const item of CASES) {
      const scale = item.type === 'macd' ? 1e-3 * bars.close[0]! : 0;
      const theirs = item.expected(talib, bars);
      compute(item, bars).forEach((ours, output) => expectClose(ours, theirs[output]!, scale));
    }
  });
});

describe('every indicator', () => {
  const anyCase = fc.constantFrom(...CASES);

  test('has a case here', () => {
    expect(new Set(CASES.map(({ type }) => type))).toEqual(new Set(INDICATOR_TYPES.map(({ type }) => type)));
  });

  test('has values in all outputs from its lookback on, and none before in some', () => {
    for (const item of CASES) {
      const bars = randomBars({ length: 600, seed: 5 });
      const lookback = indicatorType(item.type).lookback(item.parameters as never);
      const outputs = compute(item, bars);
      expect(outputs).toHaveLength(indicatorType(item.type).outputs.length);
      expect(outputs.every((output) => output.subarray(lookback).every(Number.isFinite))).toBe(true);
      expect(outputs.some((output) => Number.isNaN(output[lookback - 1] ?? Number.NaN))).toBe(true);
    }
  });

  test('gives no value, and no error, for fewer bars than it needs', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(600), (item, length) => {
        const lookback = indicatorType(item.type).lookback(item.parameters as never);
        const bars = randomBars({ length: Math.min(length, lookback), seed: length });
        return compute(item, bars).every(
          (output) => output.length === bars.length && output.every(Number.isNaN),
        );
      }),
      { numRuns: 80 },
    );
  });

  test('a value depends on no later bar', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), fc.integer({ min: 1, max: 699 }), (item, seed, cut) => {
        const bars = randomBars({ length: 700, seed });
        const whole = compute(item, bars);
        const part = compute(item, firstBars(bars, cut));
        return part.every((output, index) => output.every((value, t) => Object.is(value, whole[index]![t])));
      }),
      { numRuns: 80 },
    );
  });
});

describe('edges', () => {
  const flat = (length: number): Bars => {
    const bars = randomBars({ length, seed: 1 });
    for (const column of [bars.open, bars.high, bars.low, bars.close]) column.fill(42);
    return bars;
  };

  test('a flat market: rsi 0, bands without width, atr 0', () => {
    const bars = flat(60);
    expect(compute({ type: 'rsi', parameters: { period: 14, source: 'close' } }, bars)[0]![59]).toBe(0);
    const bands = compute(
      { type: 'bollingerbands', parameters: { period: 20, multiplier: 2, source: 'close' } },
      bars,
    );
    expect(bands.map((band) => band[59])).toEqual([42, 42, 42]);
    expect(compute({ type: 'atr', parameters: { period: 14 } }, bars)[0]![59]).toBe(0);
  });

  test('only gains: rsi 100', () => {
    const bars = flat(60);
    bars.close.forEach((_, t) => (bars.close[t] = 10 + t));
    expect(compute({ type: 'rsi', parameters: { period: 14, source: 'close' } }, bars)[0]![59]).toBe(100);
  });

  test('an average of one bar is the bar', () => {
    const bars = randomBars({ length: 50, seed: 9 });
    expect(compute({ type: 'ema', parameters: { period: 1, source: 'open' } }, bars)[0]).toEqual(bars.open);
  });

  test('a huge value leaves nothing behind once it has left the window', () => {
    const bars = randomBars({ length: 300, seed: 4 });
    const clean = compute(
      { type: 'bollingerbands', parameters: { period: 20, multiplier: 2, source: 'close' } },
      bars,
    );
    bars.close[100] = 1e18;
    const after = compute(
      { type: 'bollingerbands', parameters: { period: 20, multiplier: 2, source: 'close' } },
      bars,
    );
    for (const output of [0, 1, 2])
      expect(after[output]!.subarray(120)).toEqual(clean[output]!.subarray(120));
  });
});
