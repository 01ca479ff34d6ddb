import { describe, expect, test } from '@jest/globals';
import { learningRates, type LearningRateSchedule } from './schedule.js';

function rates(schedule: LearningRateSchedule | null, losses: number[]): number[] {
  const settings = { learningRate: 1, learningRateSchedule: schedule, epochs: losses.length };
  return learningRates(settings, losses);
}

describe('LearningRate', () => {
  const falling = [6, 5, 4, 3, 2, 1];

  test('without a schedule it is constant', () => {
    expect(rates(null, falling)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('step: decreases every step_size epochs', () => {
    expect(rates({ type: 'step', stepSize: 2, gamma: 0.5 }, falling)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
  });

  test('exponential: decreases every epoch', () => {
    expect(rates({ type: 'exponential', gamma: 0.5 }, falling.slice(0, 4))).toEqual([1, 0.5, 0.25, 0.125]);
  });

  test('cosine: decreases to 0 over all epochs, slowly at the beginning and the end', () => {
    const cosine = rates({ type: 'cosine' }, falling.slice(0, 4));
    [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2].forEach((rate, epoch) =>
      expect(cosine[epoch]).toBeCloseTo(rate, 12),
    );
  });

  test('reduce_on_plateau: decreases after more than `patience` epochs without an improvement', () => {
    const schedule = { type: 'reduce_on_plateau', factor: 0.5, patience: 1 } as const;
    expect(rates(schedule, falling)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(rates(schedule, [1, 1, 1, 1, 1, 1])).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
    // Better by less than 1 in 10,000 is no improvement.
    expect(rates(schedule, [1, 0.99999, 0.99998, 0.99997])).toEqual([1, 1, 1, 0.5]);
  });
});
