import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import type { ZigzagSettings } from '../model.js';
import { barsOfCloses, firstBars, randomBars } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { computeLabels } from './compute-labels.js';

const [BUY, HOLD, SELL, NONE] = [0, 1, 2, -1];

function zigzag(threshold: number): ZigzagSettings {
  return { source: 'zigzag', method: 'segments', threshold };
}

/** The definition, leg by leg, with a slow search. */
function slowLabels(closes: readonly number[], threshold: number): { label: number[]; end: number[] } {
  const pivots: { bar: number; confirmed: number }[] = [];
  const away = (t: number, from: number) => closes[t]! / closes[from]! - 1;
  const after = closes.map((_, t) => t);
  const first = after.find((t) => Math.abs(away(t, 0)) >= threshold);
  if (first !== undefined) {
    pivots.push({ bar: 0, confirmed: first });
    let start = first;
    let up = away(first, 0) > 0;
    for (;;) {
      const extremeUntil = (t: number): number => {
        const leg = closes.slice(start, t + 1);
        return start + leg.indexOf(up ? Math.max(...leg) : Math.min(...leg));
      };
      const turn = after.find(
        (t) =>
          t > start && (up ? away(t, extremeUntil(t)) <= -threshold : away(t, extremeUntil(t)) >= threshold),
      );
      if (turn === undefined) break;
      pivots.push({ bar: extremeUntil(turn), confirmed: turn });
      start = turn;
      up = !up;
    }
  }
  const label = closes.map((_, t) => {
    if (pivots.some(({ bar }) => bar === t)) return HOLD!;
    const before = pivots.findLast(({ bar }) => bar < t);
    const next = pivots.find(({ bar }) => bar > t);
    if (before === undefined || next === undefined) return NONE!;
    return closes[next.bar]! > closes[before.bar]! ? BUY! : SELL!;
  });
  const end = closes.map((_, t) => pivots.find(({ bar }) => bar >= t)?.confirmed ?? -1);
  return { label, end };
}

describe('zigzag segments', () => {
  test('follow the swings: pivots hold, the open swing has no label', () => {
    //              0    1    2    3    4    5    6   7   8   9    10   11
    const closes = [100, 101, 104, 110, 108, 100, 95, 97, 99, 106, 107, 103];
    const labels = computeLabels(zigzag(0.05), barsOfCloses(closes));
    expect(labels.classes).toEqual(['BUY', 'HOLD', 'SELL']);
    expect([...labels.label]).toEqual([HOLD, BUY, BUY, HOLD, SELL, SELL, HOLD, NONE, NONE, NONE, NONE, NONE]);
    // Bar 0 is confirmed at bar 3 (+10 %), the top of bar 3 at bar 5 (-9 %), the low of bar 6 at bar 9 (+12 %).
    expect([...labels.end]).toEqual([3, 5, 5, 5, 9, 9, 9, -1, -1, -1, -1, -1]);
  });

  test('a series that never moves by the threshold has no labels', () => {
    const labels = computeLabels(zigzag(0.5), randomBars({ length: 100, seed: 1 }));
    expect([...labels.label].every((label) => label === NONE)).toBe(true);
    expect([...labels.end].every((end) => end === -1)).toBe(true);
    expect(computeLabels(zigzag(0.5), barsOfCloses([])).label).toHaveLength(0);
  });

  const closes = fc.array(fc.integer({ min: 80, max: 125 }), { minLength: 1, maxLength: 60 });
  const thresholds = fc.constantFrom(0.01, 0.05, 0.1, 0.25);

  test('match the definition', () => {
    fc.assert(
      fc.property(closes, thresholds, (prices, threshold) => {
        const { label, end } = computeLabels(zigzag(threshold), barsOfCloses(prices));
        expect({ label: [...label], end: [...end] }).toEqual(slowLabels(prices, threshold));
      }),
      { numRuns: propertyRuns() },
    );
  });

  const bars = fc
    .record({ seed: fc.integer(), length: fc.integer({ min: 2, max: 400 }) })
    .map((options) => randomBars({ ...options, volatility: 0.02 }));

  test('a label is known exactly at its end, and does not depend on later bars', () => {
    fc.assert(
      fc.property(bars, thresholds, fc.nat(), (series, threshold, pick) => {
        const all = computeLabels(zigzag(threshold), series);
        const t = pick % series.length;
        if (all.label[t] === NONE) return;
        const end = all.end[t]!;
        expect(end).toBeGreaterThanOrEqual(t);
        const known = computeLabels(zigzag(threshold), firstBars(series, end + 1));
        expect([known.label[t], known.end[t]]).toEqual([all.label[t], end]);
        expect(computeLabels(zigzag(threshold), firstBars(series, end)).label[t]).toBe(NONE);
      }),
      { numRuns: propertyRuns() },
    );
  });

  onRealBars('are the definition on real bars', async () => {
    const series = firstBars(await readRealBars('GOOG', '1d'), 400);
    const { label, end } = computeLabels(zigzag(0.03), series);
    expect({ label: [...label], end: [...end] }).toEqual(slowLabels([...series.close], 0.03));
  });
});
