import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { buildDataset } from '../data/dataset.js';
import type { PreparedData } from '../data/prepare-data.js';
import { answers, barsOf, changedFrom, market, prepare, strategyOf } from '../testing/random-market.js';
import { WalkForwardFold, walkForwardFolds } from './walk-forward-folds.js';

const nothing = async (): Promise<void> => undefined;
const folds = fc.integer({ min: 2, max: 4 });

/** Times of the rows of a part, of all symbols. */
function timesOf({ dataset, split }: PreparedData, part: 'train' | 'validation' | 'test'): number[] {
  return dataset.symbols.flatMap(({ time }, symbol) =>
    Array.from(split.parts[symbol]![part], (row) => time[row]!),
  );
}

describe('folds of a walk-forward evaluation', () => {
  test("no label, weight or scale of a fold's training depends on a bar of its test block", async () => {
    const seen = new Set<string>();
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(market, folds, fc.nat(), async (any, count, pick) => {
        const strategy = strategyOf(any);
        const bars = barsOf(strategy, any.bars, any.seed);
        const whole = await prepare(strategy, bars);
        if (whole === null) return;
        seen.add(strategy.training.labels.source);
        const request = { strategy, bars, range: {}, validationSplit: undefined };
        const fold = walkForwardFolds(whole, count, request)[pick % count]!;
        const { number, cuts, testEnd } = fold;
        const data = await fold.prepare(nothing);
        // The same moments, other prices from the test block on: what is learnt must be the same.
        const changed = { ...request, bars: changedFrom(bars, cuts.testStart, any.seed) };
        const shares = strategy.training.split;
        const changedWhole = await buildDataset({ ...changed, shares }, nothing);
        const other = await new WalkForwardFold(number, count, cuts, testEnd, changedWhole, changed).prepare(
          nothing,
        );
        data.dataset.symbols.forEach((rows, symbol) => {
          const [before, after] = [answers(rows), answers(other.dataset.symbols[symbol]!)];
          for (const part of ['train', 'validation'] as const) {
            const kept = [...data.split.parts[symbol]![part]];
            const leaks = kept.filter((row) => {
              const moment = rows.time[row]!;
              return rows.labelEnd[row]! >= cuts.testStart || after.get(moment) !== before.get(moment);
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
            3,
            1_366_590_322,
          ],
        ],
      },
    );
    expect([...seen].toSorted()).toEqual(['context', 'forward_return', 'regime', 'triple_barrier', 'zigzag']);
    expect(compared).toBeGreaterThan(0);
  });

  test('grow, do not overlap, and test every row after the first block once', async () => {
    await fc.assert(
      fc.asyncProperty(market, folds, async (any, count) => {
        const strategy = strategyOf(any);
        const bars = barsOf(strategy, any.bars, any.seed);
        const whole = await prepare(strategy, bars);
        if (whole === null || any.labels.includes('regime') || any.labels.includes('cusum')) return;
        const request = { strategy, bars, range: {}, validationSplit: undefined };
        const all = walkForwardFolds(whole, count, request);
        const prepared = await Promise.all(all.map((fold) => fold.prepare(nothing)));
        prepared.forEach((data, index) => {
          const [train, validation, tested] = (['train', 'validation', 'test'] as const).map((part) =>
            timesOf(data, part),
          );
          const { validationStart, testStart } = all[index]!.cuts;
          expect(Math.max(...train!)).toBeLessThan(validationStart);
          expect(Math.min(...validation!, Infinity)).toBeGreaterThanOrEqual(validationStart);
          expect(Math.max(...validation!, 0)).toBeLessThan(testStart);
          expect(Math.min(...tested!)).toBeGreaterThanOrEqual(testStart);
          expect(Math.max(...tested!)).toBeLessThan(all[index]!.testEnd);
        });
        const tested = prepared.flatMap((data) => timesOf(data, 'test'));
        const rows = whole.dataset.symbols.flatMap(({ time }) => [...time]);
        const after = rows.filter((moment) => moment >= all[0]!.cuts.testStart);
        expect(tested.toSorted((a, b) => a - b)).toEqual(after.toSorted((a, b) => a - b));
      }),
      { numRuns: propertyRuns() },
    );
  });
});
