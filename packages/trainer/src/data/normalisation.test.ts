import { describe, expect, test } from '@jest/globals';
import { columnStatistics, fitNormalisation, normalise } from './normalisation.js';

const METHODS = ['minmax', 'zscore', 'none'] as const;
const RULES = METHODS.map((method) => ({ feature: method, method }));

function fit(rows: number[][]): ReturnType<typeof fitNormalisation> {
  const selection = { features: Float64Array.from(rows.flat()), rows: Int32Array.from(rows.keys()) };
  return fitNormalisation(RULES, columnStatistics([selection], RULES.length));
}

describe('normalisation', () => {
  test('is fitted on the selected rows of all symbols', () => {
    const features = Float64Array.from([1, 1, 1, 3, 3, 3, 1000, 1000, 1000]);
    const other = Float64Array.from([-1000, -1000, -1000, 5, 5, 5]);
    const statistics = columnStatistics(
      [
        { features, rows: Int32Array.of(0, 1) },
        { features: other, rows: Int32Array.of(1) },
      ],
      3,
    );
    expect(statistics[0]).toEqual({ min: 1, max: 5, mean: 3, std: 2 });
  });

  test('minmax maps the fitted range to 0..1 and does not clip', () => {
    const [minmax] = fit([
      [10, 0, 0],
      [30, 0, 0],
    ]);
    expect(normalise(Float64Array.of(10, 20, 30, 50), [minmax!])).toEqual(Float32Array.of(0, 0.5, 1, 2));
  });

  test('zscore uses the sample standard deviation', () => {
    const [, zscore] = fit([
      [0, 2, 0],
      [0, 4, 0],
    ]);
    expect(normalise(Float64Array.of(5), [zscore!])[0]).toBeCloseTo(2 / Math.SQRT2);
  });

  test('a constant column becomes 0 for every later value', () => {
    const fitted = fit([
      [0.1, 0.1, 0.1],
      [0.1, 0.1, 0.1],
      [0.1, 0.1, 0.1],
    ]);
    expect(normalise(Float64Array.of(7, 7, 7, -7, -7, -7), fitted)).toEqual(
      Float32Array.of(0, 0, 7, 0, 0, -7),
    );
  });
});
