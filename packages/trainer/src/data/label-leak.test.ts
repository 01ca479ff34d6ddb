import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { dataSettingsOf } from './data-settings.js';
import { buildDataset } from './dataset.js';
import { answers, barsOf, changedFrom, market, prepare, strategyOf } from '../testing/random-market.js';

const nothing = async (): Promise<void> => undefined;

describe('no label of an earlier part depends on a bar of a later part', () => {
  test('for every label type and any later bars', async () => {
    const seen = new Map<string, number>();
    let purgedThatLeak = 0;
    await fc.assert(
      fc.asyncProperty(market, async (any) => {
        const strategy = strategyOf(any);
        const bars = barsOf(strategy, any.bars, any.seed);
        const data = await prepare(strategy, bars);
        if (data === null) return;
        const source = strategy.training.labels.source;
        seen.set(source, (seen.get(source) ?? 0) + 1);
        const { dataset, split } = data;
        for (const [part, cut] of [
          ['train', split.validationStart],
          ['validation', split.testStart],
        ] as const) {
          const other = await buildDataset(
            {
              strategy: dataSettingsOf(strategy),
              bars: changedFrom(bars, cut, any.seed),
              range: {},
              shares: strategy.training.split,
            },
            nothing,
          );
          dataset.symbols.forEach((rows, symbol) => {
            const [before, after] = [answers(rows), answers(other.symbols[symbol]!)];
            const leaks = (row: number): boolean => {
              const moment = rows.time[row]!;
              return before.get(moment) !== after.get(moment);
            };
            const kept = split.parts[symbol]![part];
            expect([...kept].filter(leaks)).toEqual([]);
            const purged = Array.from(rows.time.keys()).filter(
              (row) => rows.time[row]! < cut && !kept.includes(row),
            );
            if (purged.some(leaks)) purgedThatLeak += 1;
          });
        }
      }),
      { numRuns: propertyRuns() },
    );
    // The property means something: every source was trained on, and rows that were purged would have leaked.
    expect([...seen.keys()].toSorted()).toEqual([
      'context',
      'forward_return',
      'regime',
      'triple_barrier',
      'zigzag',
    ]);
    expect(purgedThatLeak).toBeGreaterThan(0);
  });
});
