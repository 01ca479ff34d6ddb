import { expect, test } from '@jest/globals';
import type { BaselineName } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import type { SymbolRows } from '../data/dataset.js';
import { targetClasses } from './directions.js';
import { barsOf, market, prepare, strategyOf } from '../testing/random-market.js';
import { predictBaselines } from './baselines.js';

const pause = async (): Promise<void> => undefined;

test('majority and last label agree with a search through all rows, for every label type and several symbols', async () => {
  let known = 0;
  await fc.assert(
    fc.asyncProperty(market, async (any) => {
      const strategy = strategyOf(any);
      const data = await prepare(strategy, barsOf(strategy, any.bars, any.seed));
      if (data === null) return;
      const { dataset, split, parts } = data;
      const classes = dataset.output === 'regression' ? 2 : dataset.classes.length;
      const { by, majority } = await predictBaselines(data, classes, pause);
      const said = by.get('last_label')!;
      const trained = [...targetClasses(parts.train.targets)];
      const counts = Array.from({ length: classes }, (_, k) => trained.filter((label) => label === k).length);
      expect(counts[majority]).toBe(Math.max(...counts));
      expect([...by.get('majority_class')!.classes]).toEqual(Array(parts.test.rows).fill(majority));
      const last = dataset.symbols.flatMap(({ time, labelEnd, targets }, symbol) => {
        const labels = targetClasses(targets);
        return Array.from(split.parts[symbol]!.test, (row) => {
          for (let other = row - 1; other >= 0; other -= 1) {
            if (labelEnd[other]! < time[row]!) return labels[other]!;
          }
          return -1;
        });
      });
      expect([...said.classes]).toEqual(last.map((label) => (label < 0 ? majority : label)));
      expect(said.unknownRows).toBe(last.filter((label) => label < 0).length);
      known += last.length - said.unknownRows!;
    }),
    { numRuns: propertyRuns() },
  );
  expect(known).toBeGreaterThan(0);
});

/** The direction since the newest pivot that the closes up to `bar` confirm, and the retracement, from these closes alone. */
function slowState(
  close: Float64Array,
  bar: number,
  threshold: number,
): [direction: number, retraced: number] {
  let [rising, extreme] = [0, close[0]!];
  for (let t = 1; t <= bar; t += 1) {
    const price = close[t]!;
    if (rising === 0) {
      if (Math.abs(price / extreme - 1) < threshold) continue;
      [rising, extreme] = [price > extreme ? 1 : -1, price];
    } else if (rising * (price - extreme) > 0) {
      extreme = price;
    } else if (rising * (1 - price / extreme) >= threshold) {
      [rising, extreme] = [-rising, price];
    }
  }
  return [rising, rising === 0 ? 0 : Math.abs(close[bar]! / extreme - 1) / threshold];
}

test('the pivot rules use only closes up to the bar, and the states only training rows', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(market, async (any) => {
      const strategy = strategyOf({ ...any, labels: '{ source: zigzag, zigzag_threshold: 0.02 }' });
      const data = await prepare(strategy, barsOf(strategy, any.bars, any.seed));
      if (data === null) return;
      const { dataset, split, parts } = data;
      const { by, majority } = await predictBaselines(data, dataset.classes.length, pause);
      const stateOf = ({ inRange, rowBars }: SymbolRows, row: number): string => {
        const [direction, retraced] = slowState(inRange.close, rowBars[row]!, 0.02);
        return direction === 0 ? 'unknown' : `${direction} ${Math.min(3, Math.floor(retraced * 4))}`;
      };
      const labels = new Map<string, number[]>();
      dataset.symbols.forEach((rows, symbol) => {
        for (const row of split.parts[symbol]!.train) {
          const state = stateOf(rows, row);
          labels.set(state, [...(labels.get(state) ?? []), rows.targets[row]!]);
        }
      });
      let at = 0;
      dataset.symbols.forEach((rows, symbol) => {
        for (const row of split.parts[symbol]!.test) {
          const state = stateOf(rows, row);
          const [direction] = slowState(rows.inRange.close, rows.rowBars[row]!, 0.02);
          const expected =
            direction === 0 ? majority : dataset.classes.indexOf(direction > 0 ? 'BUY' : 'SELL');
          expect(by.get('pivot_direction')!.classes[at]).toBe(expected);
          const seen = labels.get(state) ?? [majority];
          const counts = dataset.classes.map((_, label) => seen.filter((one) => one === label).length);
          expect(by.get('pivot_state')!.classes[at]).toBe(counts.indexOf(Math.max(...counts)));
          at += 1;
        }
      });
      expect(at).toBe(parts.test.rows);
      compared += at;
    }),
    { numRuns: Math.min(30, propertyRuns()) },
  );
  expect(compared).toBeGreaterThan(0);
});

test('a regression has the newest known return, and the mean and median of the training part', async () => {
  const strategy = strategyOf({
    labels: '{ source: forward_return, horizon: 5 }',
    symbols: 2,
    timeframes: ['1h'],
    bars: 300,
    seed: 3,
    embargo: undefined,
  });
  const data = (await prepare(strategy, barsOf(strategy, 300, 3)))!;
  const { by } = await predictBaselines(data, 2, pause);
  const values = (name: BaselineName): number[] => [...by.get(name)!.values!];
  const trained = [...data.parts.train.targets].toSorted((a, b) => a - b);
  const mean = trained.reduce((sum, value) => sum + value, 0) / trained.length;
  expect(new Set(values('training_mean'))).toEqual(new Set([Math.fround(mean)]));
  expect(new Set(values('training_median'))).toEqual(new Set([trained[trained.length >> 1]]));
  const known = data.dataset.symbols.flatMap(({ time, labelEnd, targets }, symbol) =>
    Array.from(data.split.parts[symbol]!.test, (row) => {
      for (let other = row - 1; other >= 0; other -= 1)
        if (labelEnd[other]! < time[row]!) return targets[other];
      return Math.fround(mean);
    }),
  );
  expect(values('persistence')).toEqual(known);
  expect(by.has('pivot_direction')).toBe(false);
});
