import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { dataSettingsOf } from '../data/data-settings.js';
import { buildDataset } from '../data/dataset.js';
import type { PreparedData } from '../data/prepare-data.js';
import type { Cuts } from '../data/split.js';
import { answers, barsOf, changedFrom, market, prepare, strategyOf } from '../testing/random-market.js';
import { WalkForwardFold, walkForwardFolds, type WalkForwardPlan } from './walk-forward-folds.js';

const LABELS = '{ source: context, horizon: 9 }';
const nothing = async (): Promise<void> => undefined;
const plan: fc.Arbitrary<WalkForwardPlan> = fc.record({
  folds: fc.integer({ min: 2, max: 4 }),
  window: fc.constantFrom(null, 40, 90),
  gap: fc.constantFrom(0, 1, 30),
});

/** Times of the rows of a part, of all symbols. */
function timesOf({ dataset, split }: PreparedData, part: 'train' | 'validation' | 'test'): number[] {
  return dataset.symbols.flatMap(({ time }, symbol) =>
    Array.from(split.parts[symbol]![part], (row) => time[row]!),
  );
}

/** Open times of all bars with features, each once. */
function clockOf({ dataset: { symbols } }: PreparedData): number[] {
  return [...new Set(symbols.flatMap(({ candidates }) => [...candidates]))];
}

/** Whether a rolling window and its gap leave no bar to test, which is refused. */
function isTooShort(whole: PreparedData, { window, gap }: WalkForwardPlan): boolean {
  return window !== null && clockOf(whole).length <= window + gap;
}

describe('folds of a walk-forward evaluation', () => {
  test("no label, weight or scale of a fold's training depends on a bar of its gap or test stretch", async () => {
    const seen = new Set<string>();
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(market, plan, fc.nat(), async (any, planned, pick) => {
        const strategy = strategyOf(any);
        const bars = barsOf(strategy, any.bars, any.seed);
        const whole = await prepare(strategy, bars);
        if (whole === null) return;
        seen.add(strategy.training.labels.source);
        if (isTooShort(whole, planned)) return;
        const { embargo, split: shares } = strategy.training;
        const fold = walkForwardFolds(whole, planned, strategy.training, undefined)[pick % planned.folds]!;
        const { place } = fold;
        const data = await fold.prepare(nothing);
        data.dataset.symbols.forEach(({ features }, symbol) => {
          expect(features).toBe(whole.dataset.symbols[symbol]!.features);
        });
        const { gapStart, trainStart } = place.cuts as Required<Cuts>;
        // The same moments, other prices from the gap on: what is learnt must be the same.
        const later = changedFrom(bars, gapStart, any.seed);
        const changed = { strategy: dataSettingsOf(strategy), bars: later, range: {}, shares };
        const changedWhole = await buildDataset(changed, nothing);
        const other = await new WalkForwardFold(place, changedWhole, embargo).prepare(nothing);
        data.dataset.symbols.forEach((rows, symbol) => {
          const [before, after] = [answers(rows), answers(other.dataset.symbols[symbol]!)];
          for (const part of ['train', 'validation'] as const) {
            const kept = [...data.split.parts[symbol]![part]];
            const leaks = kept.filter((row) => {
              const moment = rows.time[row]!;
              const isOutside = rows.labelEnd[row]! >= gapStart || moment < trainStart;
              return isOutside || after.get(moment) !== before.get(moment);
            });
            expect(leaks).toEqual([]);
            compared += kept.length;
          }
        });
        expect(other.normalisation).toEqual(data.normalisation);
      }),
      {
        numRuns: propertyRuns(),
        examples: [
          // a symbol whose labels end long before the cut, or not, as the bars behind the cut will have it
          [
            {
              labels: '{ source: regime, atr_period: 5, vol_lookback: 10, vol_crisis_threshold: 1.2 }',
              symbols: 2,
              timeframes: ['1h'],
              bars: 238,
              seed: 615_614_921,
              embargo: 5,
            },
            { folds: 3, window: null, gap: 0 },
            1_366_590_322,
          ],
        ],
      },
    );
    expect([...seen].toSorted()).toEqual(['context', 'forward_return', 'regime', 'triple_barrier', 'zigzag']);
    expect(compared).toBeGreaterThan(0);
  });

  test('grow or roll, do not overlap, keep the gap, and test every row after the first window once', async () => {
    const seen = { growing: 0, rolling: 0 };
    await fc.assert(
      fc.asyncProperty(market, plan, async (any, planned) => {
        const strategy = strategyOf(any);
        const bars = barsOf(strategy, any.bars, any.seed);
        const whole = await prepare(strategy, bars);
        if (whole === null || any.labels.includes('regime') || any.labels.includes('cusum')) return;
        if (isTooShort(whole, planned)) return;
        const { window, gap } = planned;
        const all = walkForwardFolds(whole, planned, strategy.training, undefined);
        const clock = clockOf(whole);
        const barsBetween = (from: number, to: number): number =>
          clock.filter((moment) => moment >= from && moment < to).length;
        const prepared = await Promise.all(all.map((fold) => fold.prepare(nothing)));
        prepared.forEach((data, index) => {
          const [train, validation, tested] = (['train', 'validation', 'test'] as const).map((part) =>
            timesOf(data, part),
          );
          const { cuts, testEnd } = all[index]!.place;
          const { trainStart, validationStart, gapStart, testStart } = cuts as Required<Cuts>;
          expect(Math.min(...train!, Infinity)).toBeGreaterThanOrEqual(trainStart);
          expect(Math.max(...train!, 0)).toBeLessThan(validationStart);
          expect(Math.min(...validation!, Infinity)).toBeGreaterThanOrEqual(validationStart);
          expect(Math.max(...validation!, 0)).toBeLessThan(gapStart);
          expect(Math.min(...tested!)).toBeGreaterThanOrEqual(testStart);
          expect(Math.max(...tested!)).toBeLessThan(testEnd);
          if (window !== null) expect(barsBetween(trainStart, gapStart)).toBe(window);
          expect(barsBetween(gapStart, testStart)).toBe(Math.min(gap, barsBetween(0, testStart)));
          seen[window === null ? 'growing' : 'rolling'] += train!.length;
        });
        const sizes = prepared.map(({ parts }) => parts.test.rows);
        // rows of one moment stay together
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2 * any.symbols);
        const tested = prepared.flatMap((data) => timesOf(data, 'test'));
        const rows = whole.dataset.symbols.flatMap(({ time }) => [...time]);
        const after = rows.filter((moment) => moment >= all[0]!.place.cuts.testStart);
        expect(tested.toSorted((a, b) => a - b)).toEqual(after.toSorted((a, b) => a - b));
      }),
      { numRuns: propertyRuns() },
    );
    expect(Math.min(seen.growing, seen.rolling)).toBeGreaterThan(0);
  });

  test('a window and a gap without bars to test are refused, with the number of bars', async () => {
    const any = { labels: LABELS, symbols: 1, timeframes: ['1h' as const], bars: 300, seed: 1, embargo: 0 };
    const strategy = strategyOf(any);
    const whole = (await prepare(strategy, barsOf(strategy, any.bars, any.seed)))!;
    const bars = whole.dataset.symbols[0]!.candidates.length;
    const fold = (window: number): unknown =>
      walkForwardFolds(whole, { folds: 2, window, gap: 100 }, strategy.training, undefined)[0]!.place.cuts
        .trainStart;
    // the last nine bars have no label
    expect(fold(bars - 110)).toBe(whole.dataset.symbols[0]!.candidates[0]);
    expect(() => fold(bars - 100)).toThrow(
      `the range has ${bars} bars with features, and the window and the gap take ${bars}.`,
    );
  });
});
