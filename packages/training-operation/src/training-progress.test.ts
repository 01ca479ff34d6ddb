import { describe, expect, test } from '@jest/globals';
import { TRAINING_PHASES } from '@ktrdr/contracts';
import { trainingSteps } from './training-progress.js';

const shareOf = (folds: number | undefined, step: string): number =>
  trainingSteps(folds).find(({ name }) => name === step)!.share;

describe('trainingSteps', () => {
  test('are the phases of a training, in their order', () => {
    expect(trainingSteps().map(({ name }) => name)).toEqual([...TRAINING_PHASES]);
  });

  test('folds share the time of the training; the other phases keep their shares', () => {
    expect([shareOf(undefined, 'training'), shareOf(undefined, 'walk-forward')]).toEqual([90, 0]);
    expect(shareOf(5, 'training')).toBeCloseTo(22.5);
    expect(shareOf(5, 'walk-forward')).toBeCloseTo(67.5);
    expect(shareOf(5, 'loading bars')).toBe(shareOf(undefined, 'loading bars'));
  });
});
