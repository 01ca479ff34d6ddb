import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import type { Bars } from '@ktrdr/market-data';
import fc from 'fast-check';

import type { CusumSettings, TripleBarrierSettings } from '../model.js';
import { anyTripleBarrier, TRIPLE_BARRIER } from '../test/label-settings.js';
import { firstBars, randomBars } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { computeLabels } from './compute-labels.js';
import type { ClassLabels } from './labels.js';

const [BUY, HOLD, SELL, NONE] = [0, 1, 2, -1];

/** Weighted mean and deviation, computed from all bars for each bar. */
function slowVolatility(bars: Bars, { volatilityMethod, volatilitySpan }: TripleBarrierSettings): number[] {
  const { high, low, close } = bars;
  const alpha = 2 / (volatilitySpan + 1);
  return Array.from(close, (_, t) => {
    const first = volatilityMethod === 'atr' ? 0 : 1;
    if (volatilityMethod === 'close' && t < 2) return Number.NaN;
    let [weights, squaredWeights, sum] = [0, 0, 0];
    const value = (u: number) =>
      volatilityMethod === 'atr' ? (high[u]! - low[u]!) / close[u]! : Math.log(close[u]! / close[u - 1]!);
    for (let u = first; u <= t; u++) {
      const weight = (1 - alpha) ** (t - u);
      weights += weight;
      squaredWeights += weight ** 2;
      sum += weight * value(u);
    }
    const mean = sum / weights;
    if (volatilityMethod === 'atr') return mean;
    let squares = 0;
    for (let u = first; u <= t; u++) squares += (1 - alpha) ** (t - u) * (value(u) - mean) ** 2;
    return Math.sqrt((squares / weights) * (weights ** 2 / (weights ** 2 - squaredWeights)));
  });
}

function slowEvents({ close }: Bars, v: readonly number[], cusum: CusumSettings): boolean[] {
  const defined = v.filter((value) => !Number.isNaN(value));
  const h = cusum.threshold ?? (cusum.multiplier * defined.reduce((a, b) => a + b, 0)) / defined.length;
  let [up, down] = [0, 0];
  return Array.from(close, (_, t) => {
    if (t === 0) return false;
    const move = Math.log(close[t]! / close[t - 1]!);
    up = Math.max(0, up + move - h);
    down = Math.min(0, down + move + h);
    const [rise, fall] = [up > h, down < -h];
    if (rise) up = 0;
    if (fall) down = 0;
    return rise || fall;
  });
}

/** The definition, bar by bar, with given volatilities. */
function slowBarriers(bars: Bars, settings: TripleBarrierSettings, v: readonly number[]) {
  const { high, low, close, length } = bars;
  const { profitMultiplier: pt, stopMultiplier: sl, holdingBars: holding, cusum } = settings;
  const events = cusum === null ? null : slowEvents(bars, v, cusum);
  const labels = Array.from(close, (price, t): [label: number, end: number] => {
    if (t + holding >= length || !(v[t]! > 0) || events?.[t] === false) return [NONE!, -1];
    const [upper, lower] = [price * (1 + pt * v[t]!), price * (1 - sl * v[t]!)];
    for (let u = t + 1; u <= t + holding; u++) {
      if (low[u]! <= lower) return [SELL!, u];
      if (high[u]! >= upper) return [BUY!, u];
    }
    const move = close[t + holding]! / price - 1;
    if (Math.abs(move) < 0.5 * v[t]! * Math.sqrt(holding)) return [HOLD!, t + holding];
    return [move > 0 ? BUY! : SELL!, t + holding];
  });
  return { label: labels.map(([label]) => label), end: labels.map(([, end]) => end) };
}

function slowUniqueness(end: readonly number[]): number[] {
  const concurrency = end.map((_, u) => end.filter((last, t) => t <= u && u < last).length);
  return end.map((last, t) => {
    if (last < 0) return 0;
    const shares = concurrency.slice(t, last).map((count) => 1 / count);
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  });
}

function expectDefinition(bars: Bars, settings: TripleBarrierSettings): ClassLabels {
  const labels = computeLabels(settings, bars);
  const { label, end } = slowBarriers(bars, settings, slowVolatility(bars, settings));
  expect({ label: [...labels.label], end: [...labels.end] }).toEqual({ label, end });
  expect(labels.uniqueness === null).toBe(!settings.computeWeights);
  if (labels.uniqueness !== null) {
    const difference = slowUniqueness(end).map((value, t) => Math.abs(value - labels.uniqueness![t]!));
    expect(Math.max(0, ...difference)).toBeLessThan(1e-12);
  }
  return labels;
}

/** Bars of high, low and close around 100. */
function barsOf(rows: readonly [high: number, low: number, close: number][]): Bars {
  const bars = randomBars({ length: rows.length, seed: 1 });
  rows.forEach(([high, low, close], t) => {
    bars.high[t] = high;
    bars.low[t] = low;
    bars.close[t] = close;
    bars.open[t] = close;
  });
  return bars;
}

describe('triple barriers', () => {
  // Every range is 2 % of the close, and so is the volatility: barriers at 102 and 98.
  const settings: TripleBarrierSettings = {
    ...TRIPLE_BARRIER,
    profitMultiplier: 1,
    stopMultiplier: 1,
    holdingBars: 2,
    volatilitySpan: 2,
  };
  const calm: [number, number, number] = [101, 99, 100];
  const first = (...rows: [number, number, number][]) => {
    const labels = computeLabels(settings, barsOf([calm, ...rows, calm, calm]));
    return [labels.label[0], labels.end[0]];
  };

  test('the first touched barrier determines the label and its end', () => {
    expect(first([102, 100, 101], [100, 97, 98])).toEqual([BUY, 1]);
    expect(first([101, 99, 100], [100, 98, 98])).toEqual([SELL, 2]);
  });

  test('if one bar touches both, the stop counts, wherever the bar closes', () => {
    expect(first([103, 97, 102.5], calm)).toEqual([SELL, 1]);
    expect(first([103, 97, 97.5], calm)).toEqual([SELL, 1]);
  });

  test('without a touch, a return below half a volatility times the root of the bars is HOLD', () => {
    expect(first(calm, [101, 99, 101])).toEqual([HOLD, 2]);
    expect(first(calm, [101.9, 99, 101.5])).toEqual([BUY, 2]);
    expect(first(calm, [101, 98.1, 98.5])).toEqual([SELL, 2]);
  });

  test('bars without a range and the last bars have no label', () => {
    const flat: [number, number, number] = [100, 100, 100];
    const labels = computeLabels(settings, barsOf([flat, flat, calm, calm, calm, calm]));
    expect([...labels.label]).toEqual([NONE, NONE, HOLD, HOLD, NONE, NONE]);
    expect([...labels.end]).toEqual([-1, -1, 4, 5, -1, -1]);
  });

  test('weights are the uniqueness of the labels', () => {
    const labels = computeLabels({ ...settings, computeWeights: true }, barsOf(Array(5).fill(calm)));
    // Spans are bars 0-1, 1-2, 2-3, so bars 1 and 2 are in two spans.
    expect([...labels.uniqueness!]).toEqual([0.75, 0.5, 0.75, 0, 0]);
  });

  const series = fc
    .record({ seed: fc.integer(), length: fc.integer({ min: 0, max: 250 }) })
    .map((options) => randomBars({ ...options, volatility: 0.02 }));

  test('match the definition', () => {
    fc.assert(
      fc.property(series, anyTripleBarrier, (bars, any) => {
        expectDefinition(bars, any);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('match the definition over long horizons with distant barriers', () => {
    const bars = randomBars({ length: 5000, seed: 7, volatility: 0.01 });
    const v = slowVolatility(firstBars(bars, 5000), settings);
    for (const [far, holdingBars] of [
      [10, 600],
      [40, 4000],
      [900, 1000],
    ] as const) {
      const wide = { ...settings, profitMultiplier: far, stopMultiplier: far, holdingBars };
      const labels = computeLabels(wide, bars);
      expect({ label: [...labels.label], end: [...labels.end] }).toEqual(slowBarriers(bars, wide, v));
    }
  });

  test('without a threshold, CUSUM uses the mean volatility of the training bars', () => {
    const bars = randomBars({ length: 400, seed: 3 });
    const auto = { ...TRIPLE_BARRIER, holdingBars: 5, cusum: { threshold: null, multiplier: 0.4 } };
    const v = slowVolatility(bars, auto).slice(0, 100);
    const threshold = (0.4 * v.reduce((a, b) => a + b, 0)) / 100;
    const written = { ...auto, cusum: { threshold, multiplier: 0.4 } };
    expect(computeLabels(auto, bars, 100)).toEqual(computeLabels(written, bars));
    expect(computeLabels(auto, bars, 100)).not.toEqual(computeLabels(auto, bars));
    expect([...computeLabels(auto, bars, 0).label].every((label) => label === NONE)).toBe(true);
  });

  onRealBars.each(['atr', 'close'] as const)(
    'are the definition on real bars, %s',
    async (volatilityMethod) => {
      const bars = firstBars(await readRealBars('AAPL', '1h'), 1500);
      const labels = expectDefinition(bars, { ...TRIPLE_BARRIER, volatilityMethod, computeWeights: true });
      expect(new Set(labels.label)).toEqual(
        new Set([BUY, SELL, ...(volatilityMethod === 'atr' ? [HOLD] : []), NONE]),
      );
    },
  );
});
