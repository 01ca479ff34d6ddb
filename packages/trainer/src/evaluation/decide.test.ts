import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import type { DecisionSettings } from '@ktrdr/strategy';
import { decideByClass, decideByValue, signalsOf, softmax } from './decide.js';
import { predictedClasses } from './metrics.js';

const logit = fc.float({ min: -700, max: 700, noNaN: true });

describe('softmax', () => {
  test('is a distribution with the order of the logits, and adding to all of them changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(logit, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: -64, max: 64 }),
        (row, added) => {
          const probabilities = softmax(Float32Array.from(row));
          expect(probabilities.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
          row.forEach((value, index) => {
            row.forEach((other, otherIndex) => {
              if (value >= other)
                expect(probabilities[index]).toBeGreaterThanOrEqual(probabilities[otherIndex]!);
            });
          });
          const whole = row.map(Math.round);
          const moved = softmax(Float32Array.from(whole, (value) => value + added));
          expect(moved).toEqual(softmax(Float32Array.from(whole)));
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test('is e^x over their sum', () => {
    const [one, two] = softmax(Float32Array.of(0, 1));
    expect(one).toBeCloseTo(1 / (1 + Math.E), 15);
    expect(two).toBeCloseTo(Math.E / (1 + Math.E), 15);
  });
});

test.each([
  ['BUY', 0.7, 'BUY'],
  ['BUY', 0.6, 'BUY'],
  ['BUY', 0.599, 'HOLD'],
  ['SELL', 0.9, 'SELL'],
  ['SELL', 0.4, 'HOLD'],
  ['HOLD', 0.9, 'HOLD'],
  ['BULLISH', 0.9, null],
  ['VOLATILE', 0.1, null],
] as const)('%s with probability %p and a threshold of 0.6: %p', (label, probability, decision) => {
  expect(decideByClass(label, probability, 0.6)).toBe(decision);
});

test.each([
  [0.0046, 'BUY'],
  [0.0045, 'HOLD'],
  [0, 'HOLD'],
  [-0.0045, 'HOLD'],
  [-0.0046, 'SELL'],
] as const)('a return of %p with an edge of 0.0045: %p', (value, decision) => {
  expect(decideByValue(value, 0.0045)).toBe(decision);
});

const COMMON = { positionAwareness: true, minSignalSeparation: 0, allowShortFromFlat: false };
const BY_CLASS: DecisionSettings = {
  ...COMMON,
  outputFormat: 'classification',
  confidenceThreshold: 0.6,
};
const BY_VALUE: DecisionSettings = {
  ...COMMON,
  outputFormat: 'regression',
  roundTripCost: 0.003,
  minEdgeMultiplier: 1.5,
};
const SIGNAL = { BUY: 1, HOLD: 0, SELL: -1 };

describe('the signals of a backtest', () => {
  test('are the decisions of a prediction, row by row', () => {
    const classes = ['BUY', 'HOLD', 'SELL'];
    const rows = fc.array(fc.tuple(logit, logit, logit), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (logits, confidenceThreshold) => {
        const outputs = Float32Array.from(logits.flat());
        const expected = logits.map((_, row) => {
          const likeliest = predictedClasses(outputs, 3)[row]!;
          const probability = softmax(outputs.subarray(row * 3, row * 3 + 3))[likeliest]!;
          return SIGNAL[decideByClass(classes[likeliest]!, probability, confidenceThreshold)!];
        });
        const settings = { ...BY_CLASS, confidenceThreshold };
        expect([...signalsOf(outputs, classes, settings)!]).toEqual(expected);
      }),
      { numRuns: propertyRuns() },
    );
    expect([...signalsOf(Float32Array.of(0.0046, 0.0045, -0.0046), [], BY_VALUE)!]).toEqual([1, 0, -1]);
  });

  test('are HOLD where the outputs are not finite, and missing for classes that are not signals', () => {
    const outputs = Float32Array.of(NaN, 9, 0, Infinity, 0, 0, -Infinity, 0, 9, 9, 0, 0);
    expect([...signalsOf(outputs, ['BUY', 'HOLD', 'SELL'], BY_CLASS)!]).toEqual([0, 0, 0, 1]);
    expect([...signalsOf(Float32Array.of(NaN, Infinity, 1), [], BY_VALUE)!]).toEqual([0, 0, 1]);
    expect(signalsOf(outputs, ['BULLISH', 'BEARISH', 'NEUTRAL'], BY_CLASS)).toBeNull();
  });
});
