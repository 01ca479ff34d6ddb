import { expect, test } from '@jest/globals';
import { type PredictedRows, stitchFolds } from './predicted-rows.js';

/** Two outputs a row; every value names its symbol and time. */
function fold(rows: readonly [symbol: number, time: number][]): PredictedRows {
  const each = (factor: number): number[] => rows.map(([symbol, time]) => symbol * 100 + time * factor);
  const wide = rows.flatMap(([symbol, time]) => [symbol * 100 + time, time / 2]);
  return {
    source: 'test_part',
    rows: rows.length,
    symbols: Int32Array.from(rows, ([symbol]) => symbol),
    time: Float64Array.from(rows, ([, time]) => time),
    targets: Int32Array.from(each(1)),
    outputs: Float32Array.from(wide),
    baselines: {
      majority_class: Int32Array.from(each(2)),
      last_label: Int32Array.from(each(3)),
      linear_model: Int32Array.from(each(4)),
    },
    linearOutputs: Float32Array.from(wide),
  };
}

test('the rows of folds become one series: a symbol after the other, each in order of time, every value with its row', () => {
  const stitched = stitchFolds([
    fold([
      [0, 1],
      [0, 2],
      [2, 1],
    ]),
    fold([
      [1, 3],
      [2, 3],
      [2, 4],
    ]),
    fold([[0, 5]]),
  ]);
  const together = fold([
    [0, 1],
    [0, 2],
    [0, 5],
    [1, 3],
    [2, 1],
    [2, 3],
    [2, 4],
  ]);
  expect(stitched).toEqual({ ...together, source: 'walk_forward' });
});
