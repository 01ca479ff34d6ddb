import { describe, expect, test } from '@jest/globals';
import { RandomStream } from '@ktrdr/statistics';
import { compareScores } from './compare-scores.js';
import type { Predictor } from './predicted-rows.js';

const HOUR = 3_600_000;

/** Rows of one symbol after the other, each at hours 0, 1 ...; `horizon`: hours that a label looks ahead. */
function rowsOf(scores: Partial<Record<Predictor, number[]>>, { symbols = 1, horizon = 1 } = {}) {
  const each = scores.model!.length;
  const times = Array.from({ length: symbols }, () =>
    Array.from({ length: each }, (_, hour) => hour * HOUR),
  ).flat();
  const repeated = (values: number[]): Float64Array =>
    Float64Array.from(Array.from({ length: symbols }, () => values).flat());
  return {
    time: Float64Array.from(times),
    labelEnd: Float64Array.from(times, (time) => time + horizon * HOUR),
    scores: new Map(Object.entries(scores).map(([name, values]) => [name as Predictor, repeated(values)])),
  };
}

const random = RandomStream.derive(7, 'scores');
/** 1 with the chance, else 0. */
const correct = (chance: number, rows = 600): number[] =>
  Array.from({ length: rows }, () => (random.uniform() < chance ? 1 : 0));
const CLASSES = { regression: false, seed: 3 };

describe('the comparison', () => {
  test('is with the best of the baselines, and has to beat each', () => {
    const model = correct(0.7);
    const scores = {
      model,
      majority_class: correct(0.4),
      last_label: correct(0.68),
      linear_model: correct(0.3),
    };
    const { accuracy, simplerModel } = compareScores(rowsOf(scores), CLASSES);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(accuracy).toMatchObject({
      measure: 'accuracy',
      best_baseline: 'last_label',
      better: 'not_distinguishable',
      baseline: expect.closeTo(mean(scores.last_label)),
      difference: expect.closeTo(mean(model) - mean(scores.last_label)),
    });
    expect(accuracy.p_value).toBeGreaterThan(0.025);
    // the root of 0.7 * 0.3 / 600
    expect(accuracy.standard_error).toBeCloseTo(0.0187, 2);
    expect(simplerModel).toMatchObject({ name: 'logistic_regression', better: 'better' });
    const { last_label: _, ...without } = scores;
    expect(compareScores(rowsOf(without), CLASSES).accuracy).toMatchObject({
      best_baseline: 'majority_class',
      better: 'better',
    });
  });

  test('of a regression is of errors: less is better', () => {
    const errors = (size: number): number[] => Array.from({ length: 400 }, () => -size * random.uniform());
    const scores = {
      model: errors(1),
      persistence: errors(3),
      training_mean: errors(1.4),
      linear_model: errors(0.5),
    };
    const { accuracy, simplerModel } = compareScores(rowsOf(scores), { regression: true, seed: 3 });
    expect(accuracy).toMatchObject({
      measure: 'mean_absolute_error',
      best_baseline: 'training_mean',
      model: expect.closeTo(0.5, 1),
      baseline: expect.closeTo(0.7, 1),
      difference: expect.closeTo(accuracy.baseline - accuracy.model),
      better: 'better',
    });
    expect(simplerModel).toMatchObject({ name: 'ridge_regression', better: 'worse' });
  });

  test('gains nothing from a second symbol that moves with the first', () => {
    const scores = { model: correct(0.6), last_label: correct(0.5), linear_model: correct(0.5) };
    const [one, two] = [1, 2].map((symbols) => compareScores(rowsOf(scores, { symbols }), CLASSES));
    expect(two!.accuracy.interval[0]).toBeCloseTo(one!.accuracy.interval[0], 9);
    const errors = ({ baselines }: typeof one & {}): Float64Array => baselines.rivals[0]!.errors;
    expect(Math.max(...errors(two!))).toBeCloseTo(Math.max(...errors(one!)), 9);
    expect(two!.baselines.fewestRows).toBeGreaterThan(1.9 * one!.baselines.fewestRows);
  });

  test('distinguishes nothing with fewer than four stretches as long as a label looks ahead', () => {
    const scores = {
      model: Array(100).fill(1),
      last_label: Array(100).fill(0),
      linear_model: Array(100).fill(0),
    };
    const [few, enough] = [30, 20].map((horizon) => compareScores(rowsOf(scores, { horizon }), CLASSES));
    expect(few!.baselines.fewestRows).toBeGreaterThan(100);
    expect(enough!.baselines.fewestRows).toBeLessThan(100);
    expect(few!.accuracy).toMatchObject({
      difference: 1,
      interval: [-1, 1],
      p_value: 1,
      better: 'not_distinguishable',
    });
    expect(enough!.accuracy.better).toBe('better');
  });

  test('is the same for the same seed', () => {
    const scores = { model: correct(0.6), last_label: correct(0.5), linear_model: correct(0.5) };
    expect(compareScores(rowsOf(scores), CLASSES)).toEqual(compareScores(rowsOf(scores), CLASSES));
  });
});

test('two predictors of overlapping labels that know nothing rarely differ significantly', () => {
  // a label is the sign of the next 8 steps; both predictors hold a random opinion for about 10 hours
  const opinion = (rows: number): number[] => {
    let held = 1;
    return Array.from({ length: rows }, () => (random.uniform() < 1 / 10 ? (held = -held) : held));
  };
  const [cases, rows, horizon] = [60, 200, 8];
  let distinguished = 0;
  for (let index = 0; index < cases; index += 1) {
    const steps = Array.from({ length: rows + horizon }, () => random.uniform() - 0.5);
    const labels = Array.from({ length: rows }, (_, row) =>
      Math.sign(steps.slice(row, row + horizon).reduce((sum, step) => sum + step, 0)),
    );
    const score = (said: number[]): number[] => said.map((one, row) => (one === labels[row] ? 1 : 0));
    const [model, last_label] = [score(opinion(rows)), score(opinion(rows))];
    const compared = compareScores(
      rowsOf({ model, last_label, linear_model: last_label }, { horizon }),
      CLASSES,
    );
    if (compared.accuracy.better !== 'not_distinguishable') distinguished += 1;
  }
  // 3 expected at 5 %; more than 8 has a chance of 0.3 %
  expect(distinguished).toBeLessThanOrEqual(8);
});
