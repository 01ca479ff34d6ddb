import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
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
      const { predicted, majority, unknownRows } = await predictBaselines(data, classes, pause);
      const trained = [...targetClasses(parts.train.targets)];
      const counts = Array.from({ length: classes }, (_, k) => trained.filter((label) => label === k).length);
      expect(counts[majority]).toBe(Math.max(...counts));
      expect(predicted.majority_class.every((label) => label === majority)).toBe(true);
      const last = dataset.symbols.flatMap(({ time, labelEnd, targets }, symbol) => {
        const labels = targetClasses(targets);
        return Array.from(split.parts[symbol]!.test, (row) => {
          for (let other = row - 1; other >= 0; other -= 1) {
            if (labelEnd[other]! < time[row]!) return labels[other]!;
          }
          return -1;
        });
      });
      expect([...predicted.last_label]).toEqual(last.map((label) => (label < 0 ? majority : label)));
      expect(unknownRows).toBe(last.filter((label) => label < 0).length);
      known += last.length - unknownRows;
    }),
    { numRuns: propertyRuns() },
  );
  expect(known).toBeGreaterThan(0);
});
