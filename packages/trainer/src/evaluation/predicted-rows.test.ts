import { expect, test } from '@jest/globals';
import { type PredictedRows, stitchFolds } from './predicted-rows.js';

/** Every value names its symbol and time. */
function fold(rows: readonly [symbol: number, time: number][]): PredictedRows {
  const each = (factor: number): Float64Array =>
    Float64Array.from(rows, ([symbol, time]) => symbol * 100 + time * factor);
  return {
    source: 'test_part',
    rows: rows.length,
    symbols: Int32Array.from(rows, ([symbol]) => symbol),
    time: Float64Array.from(rows, ([, time]) => time),
    labelEnd: each(1),
    scores: new Map([
      ['model', each(2)],
      ['last_label', each(3)],
    ]),
    decisions: null,
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
