import { describe, expect, test } from '@jest/globals';
import { accuracyOf, classificationReport, majorityClass, predictedClasses } from './metrics.js';

describe('classificationReport', () => {
  test('agrees with counts by hand', () => {
    const labels = Int32Array.of(0, 0, 0, 1, 1, 2);
    const predicted = Int32Array.of(0, 0, 1, 1, 0, 1);
    const report = classificationReport(labels, predicted, ['BUY', 'HOLD', 'SELL']);
    expect(report.confusionMatrix).toEqual([
      [2, 1, 0],
      [1, 1, 0],
      [0, 1, 0],
    ]);
    expect(report.accuracy).toBe(0.5);
    expect(report.perClass).toEqual([
      { label: 'BUY', precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 },
      { label: 'HOLD', precision: 1 / 3, recall: 1 / 2, f1: expect.closeTo(0.4), support: 2 },
      { label: 'SELL', precision: 0, recall: 0, f1: 0, support: 1 },
    ]);
    expect(report.precision).toBeCloseTo((3 * (2 / 3) + 2 * (1 / 3)) / 6);
    expect(report.recall).toBeCloseTo(0.5);
    expect(report.f1).toBeCloseTo((3 * (2 / 3) + 2 * 0.4) / 6);
  });

  test('no rows give zeros, not NaN', () => {
    const report = classificationReport(new Int32Array(0), new Int32Array(0), ['A', 'B']);
    expect([report.accuracy, report.precision, report.recall, report.f1]).toEqual([0, 0, 0, 0]);
  });
});

test('the predicted class has the greatest logit, the first of equals', () => {
  expect(predictedClasses(Float32Array.of(1, 3, 2, 5, 5, 0, -3, -2, -1), 3)).toEqual(Int32Array.of(1, 0, 2));
});

test('the majority class is the most frequent, the first of equals', () => {
  expect(majorityClass(Int32Array.of(2, 1, 1, 0), 3)).toBe(1);
  expect(majorityClass(Int32Array.of(2, 1, 1, 2), 3)).toBe(1);
});

test('accuracy is the share of correct rows', () => {
  expect(accuracyOf(Int32Array.of(1, 2, 2, 0), Int32Array.of(1, 1, 2, 1))).toBe(0.5);
  expect(accuracyOf(new Int32Array(0), new Int32Array(0))).toBe(0);
});
