import { describe, expect, test } from '@jest/globals';
import { calibrationOf } from './calibration.js';

/** Logits of these probabilities. */
const logits = (...probabilities: number[]): Float32Array => Float32Array.from(probabilities, Math.log);

describe('calibrationOf', () => {
  test('bins, expected calibration error, Brier score and log loss, by hand', () => {
    // Confidences 0.75 right, 0.76 wrong, 0.95 right, 0.55 wrong.
    const calibration = calibrationOf(
      logits(0.75, 0.25, 0.76, 0.24, 0.05, 0.95, 0.45, 0.55),
      Int32Array.of(0, 1, 1, 0),
    );
    const filled = calibration.bins.filter(({ rows }) => rows > 0);
    expect(filled).toEqual([
      { from: 0.5, to: 0.6, rows: 1, confidence: expect.closeTo(0.55, 6), accuracy: 0 },
      { from: 0.7, to: 0.8, rows: 2, confidence: expect.closeTo(0.755, 6), accuracy: 0.5 },
      { from: 0.9, to: 1, rows: 1, confidence: expect.closeTo(0.95, 6), accuracy: 1 },
    ]);
    // (1 * 0.55 + 2 * 0.255 + 1 * 0.05) / 4
    expect(calibration.expected_calibration_error).toBeCloseTo(0.2775, 6);
    // Two classes: twice (0.25^2 + 0.76^2 + 0.05^2 + 0.55^2) / 4
    expect(calibration.brier_score).toBeCloseTo((2 * (0.0625 + 0.5776 + 0.0025 + 0.3025)) / 4, 6);
    // The true classes have probabilities 0.75, 0.24, 0.95 and 0.45.
    expect(calibration.log_loss).toBeCloseTo(-Math.log(0.75 * 0.24 * 0.95 * 0.45) / 4, 6);
    expect(calibration.bins).toHaveLength(10);
    expect(calibration.bins[0]).toEqual({ from: 0, to: 0.1, rows: 0, confidence: null, accuracy: null });
  });

  test('a confident model has error 0 if it is always right, and 1 if it is always wrong', () => {
    const sure = Float32Array.of(900, 0, 0, 0, 900, 0);
    expect(calibrationOf(sure, Int32Array.of(0, 1))).toMatchObject({
      expected_calibration_error: 0,
      brier_score: 0,
      log_loss: 0,
    });
    expect(calibrationOf(sure, Int32Array.of(2, 2))).toMatchObject({
      expected_calibration_error: 1,
      brier_score: 2,
      // finite, although the probability is 0
      log_loss: 900,
    });
  });
});
