import { describe, expect, test } from '@jest/globals';
import type { TrainingOperation } from '@ktrdr/contracts';
import { hasSameTestRows, overlaidCurves, settingRows, splitRows, type Run } from './compare-data.js';

const run = (letter: string, series: number, options: { epochs?: number; sha256?: string } = {}): Run => {
  const { epochs = 2, sha256 = 'a' } = options;
  const result = {
    data_summary: {
      fingerprints: [{ symbol: 'AAPL', timeframe: '1h', sha256 }],
      test_samples: 10,
      end_date: 'x',
    },
  };
  return {
    letter,
    series,
    operation: {
      metadata: { strategy: 'momentum', symbols: ['AAPL'], parameters: { epochs, dry_run: false } },
      result,
    } as unknown as TrainingOperation,
    points: Array.from({ length: epochs }, (_, index) => ({
      seed: null,
      epoch: index + 1,
      train_loss: 1,
      val_loss: 1 / (index + 1),
      train_accuracy: null,
      val_accuracy: null,
      learning_rate: null,
      samples_per_second: null,
    })),
  };
};

describe('a comparison', () => {
  test('shows what differs, and folds what is equal', () => {
    const { different, equal } = splitRows(settingRows([run('A', 1), run('B', 2, { epochs: 3 })]));
    expect(different).toEqual([{ name: 'epochs', values: ['2', '3'] }]);
    expect(equal).toContainEqual({ name: 'symbols', values: ['AAPL', 'AAPL'] });
  });

  test('knows whether the runs were tested on the same rows', () => {
    expect(hasSameTestRows([run('A', 1), run('B', 2)])).toBe(true);
    expect(hasSameTestRows([run('A', 1), run('B', 2, { sha256: 'b' })])).toBe(false);
  });

  test('draws one line for each run in its colour, as long as the run', () => {
    const { x, curves } = overlaidCurves([run('A', 1), run('B', 4, { epochs: 3 })], 'loss', 0, 'best');
    expect(x).toEqual([1, 2, 3]);
    expect(curves.map(({ name, series, values }) => [name, series, values])).toEqual([
      ['A validation', 1, [1, 0.5, null]],
      ['B validation', 4, [1, 0.5, 1 / 3]],
    ]);
  });

  test('draws the best seed of each run, or all seeds, which keep the colour of the run', () => {
    const several = run('A', 3);
    several.points = [0.5, 0.4].map((val_loss, index) => ({
      ...several.points[0],
      epoch: 1,
      seed: index + 1,
      val_loss,
    })) as Run['points'];
    const drawn = (seeds: 'best' | 'mean'): unknown[] =>
      overlaidCurves([several], 'loss', 0, seeds).curves.map(({ name, series, values }) => [
        name,
        series,
        values,
      ]);
    expect(drawn('best')).toEqual([['A validation', 3, [0.4]]]);
    expect(drawn('mean')).toEqual([['A validation, mean', 3, [expect.closeTo(0.45, 12)]]]);
    expect(overlaidCurves([several], 'loss', 0, 'mean').ranges).toEqual([
      { low: [0.4], high: [0.5], series: 3 },
    ]);
  });

  test('smooths, with the raw values faint behind', () => {
    const { curves } = overlaidCurves([run('A', 1)], 'loss', 0.5, 'best');
    expect(curves.map(({ name, isFaint }) => [name, isFaint ?? false])).toEqual([
      ['A validation (raw)', true],
      ['A validation', false],
    ]);
    expect(curves[1]?.values[1]).toBeCloseTo(2 / 3, 12);
  });
});
