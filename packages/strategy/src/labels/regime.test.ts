import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import type { Bars } from '@ktrdr/market-data';
import fc from 'fast-check';

import type { RegimeSettings } from '../model.js';
import { anyRegime, REGIME } from '../test/label-settings.js';
import { barsOfCloses, firstBars, randomBars } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { computeLabels } from './compute-labels.js';

const [UP, DOWN, RANGING, VOLATILE, NONE] = [0, 1, 2, 3, -1];

interface SlowPivot {
  bar: number;
  confirmed: number;
  low: boolean;
}

/** Finds each pivot by a search from the previous one. */
function slowPivots(closes: readonly number[], threshold: number): SlowPivot[] {
  const away = (t: number, from: number) => closes[t]! / closes[from]! - 1;
  const first = closes.findIndex((_, t) => Math.abs(away(t, 0)) >= threshold);
  if (first < 0) return [];
  const pivots = [{ bar: 0, confirmed: first, low: away(first, 0) > 0 }];
  let [start, up] = [first, away(first, 0) > 0];
  for (;;) {
    const extreme = (t: number) => {
      const leg = closes.slice(start, t + 1);
      return start + leg.indexOf(up ? Math.max(...leg) : Math.min(...leg));
    };
    const turn = closes.findIndex(
      (_, t) => t > start && (up ? away(t, extreme(t)) <= -threshold : away(t, extreme(t)) >= threshold),
    );
    if (turn < 0) return pivots;
    pivots.push({ bar: extreme(turn), confirmed: turn, low: !up });
    [start, up] = [turn, !up];
  }
}

function slowMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function sampleDeviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** The definition, bar by bar. */
function slowRegimes(bars: Bars, settings: RegimeSettings, trainingBars: number) {
  const { atrPeriod: n, volatilityLookback: lookback } = settings;
  const closes = [...bars.close];
  const range = closes.map((_, t) => {
    const [high, low] = [bars.high[t]!, bars.low[t]!];
    if (t === 0) return high - low;
    return Math.max(high - low, Math.abs(high - closes[t - 1]!), Math.abs(low - closes[t - 1]!));
  });
  const averages = range
    .slice(0, trainingBars)
    .map((_, t, all) => all.slice(Math.max(0, t - n + 1), t + 1))
    .filter((window) => window.length === n)
    .map((window) => window.reduce((a, b) => a + b, 0) / n);
  const unit = slowMedian(averages) / slowMedian(closes.slice(0, trainingBars));
  const none = closes.map((): [number, number] => [NONE!, -1]);
  if (!(unit > 0)) return none;
  const macro = slowPivots(closes, settings.macroMultiplier * unit);
  const micro = slowPivots(closes, settings.microMultiplier * unit);
  const returns = closes.map((close, t) => Math.log(close / closes[t - 1]!));
  return none.map(([label, end], t): [number, number] => {
    const index = macro.findIndex(({ bar }, pivot) => pivot > 0 && bar >= t);
    if (index < 0 || t + n >= closes.length) return [label, end];
    const [from, to] = [macro[index - 1]!, macro[index]!];
    const last = Math.max(to.confirmed, t + n);
    if (t >= lookback) {
      const before = sampleDeviation(returns.slice(t - lookback + 1, t + 1));
      if (sampleDeviation(returns.slice(t + 1, t + n + 1)) > settings.crisisThreshold * before)
        return [VOLATILE!, last];
    }
    const inside = micro.filter(
      ({ bar, confirmed }) => bar >= from.bar && bar <= to.bar && confirmed <= to.confirmed,
    );
    if (inside.length < 4) return [RANGING!, last];
    const up = closes[to.bar]! > closes[from.bar]!;
    const extremes = inside.filter(({ low }) => low === up).map(({ bar }) => closes[bar]!);
    const steps = extremes.slice(1).map((price, step) => price - extremes[step]!);
    const right = steps.filter((step) => (up ? step > 0 : step < 0)).length;
    if (right / steps.length < settings.progressionTolerance) return [RANGING!, last];
    return [up ? UP! : DOWN!, last];
  });
}

function regimes(bars: Bars, settings: RegimeSettings, trainingBars = bars.length): [number, number][] {
  const { label, end } = computeLabels(settings, bars, trainingBars);
  return Array.from(label, (value, t) => [value, end[t]!]);
}

describe('regime labels', () => {
  test('are trends if the steps go one way, otherwise ranges', () => {
    const stairs = (from: number, steps: number, way: number) =>
      Array.from({ length: steps }, (_, step) => from + way * (step - (step % 4 === 3 ? 3.5 : 0)));
    const rising = stairs(100, 40, 1);
    const closes = [...rising, ...stairs(rising.at(-1)!, 40, -1), ...stairs(100, 40, 1)];
    const settings = { ...REGIME, macroMultiplier: 6, microMultiplier: 1, atrPeriod: 2 };
    const { classes, label, end } = computeLabels(settings, barsOfCloses(closes));
    expect(classes).toEqual(['TRENDING_UP', 'TRENDING_DOWN', 'RANGING', 'VOLATILE']);
    expect([...new Set(label)]).toEqual([UP, DOWN, NONE]);
    // The top is confirmed some bars later. Until then, no bar of the rise has a label.
    const top = closes.indexOf(Math.max(...closes.slice(0, 60)));
    expect(label[top]).toBe(UP);
    expect(label[top + 1]).toBe(DOWN);
    expect(end[0]).toBeGreaterThan(top);
    expect(new Set(end.slice(0, top - 2)).size).toBe(1);
  });

  test('a crisis ahead overrides the segment', () => {
    const calm = Array.from({ length: 60 }, (_, t) => 100 + (t % 2) * 0.1);
    const wild = Array.from({ length: 60 }, (_, t) => 100 + (t % 2) * 9 + t / 10);
    const { label } = computeLabels(
      { ...REGIME, atrPeriod: 5, volatilityLookback: 20, macroMultiplier: 2, microMultiplier: 0.5 },
      barsOfCloses([...calm, ...wild]),
    );
    expect(label[58]).toBe(VOLATILE);
    expect(label[20]).not.toBe(VOLATILE);
  });

  test('bars without movement, or without training bars, have no labels', () => {
    const flat = barsOfCloses(Array(50).fill(100));
    expect(new Set(computeLabels(REGIME, flat).label)).toEqual(new Set([NONE]));
    const bars = randomBars({ length: 400, seed: 1 });
    expect(new Set(computeLabels(REGIME, bars, 0).label)).toEqual(new Set([NONE]));
    expect(computeLabels(REGIME, firstBars(bars, 0)).label).toHaveLength(0);
  });

  test('match the definition', () => {
    const series = fc
      .record({ seed: fc.integer(), length: fc.integer({ min: 0, max: 300 }) })
      .map((options) => randomBars({ ...options, volatility: 0.02 }));
    fc.assert(
      fc.property(series, anyRegime, fc.integer({ min: 0, max: 100 }), (bars, settings, share) => {
        const trainingBars = Math.floor((bars.length * share) / 100);
        expect(regimes(bars, settings, trainingBars)).toEqual(slowRegimes(bars, settings, trainingBars));
      }),
      { numRuns: propertyRuns() },
    );
  });

  onRealBars('are the definition on real bars', async () => {
    const bars = firstBars(await readRealBars('AAPL', '1h'), 1200);
    const found = regimes(bars, REGIME, 800);
    expect(found).toEqual(slowRegimes(bars, REGIME, 800));
    expect(new Set(found.map(([label]) => label)).size).toBeGreaterThan(3);
  });
});
