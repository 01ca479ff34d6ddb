import { describe, expect, test } from '@jest/globals';
import { TRAINING_PHASES, type TrainingProgressUpdate } from '@ktrdr/contracts';
import { trainingProgress, trainingSteps } from './training-progress.js';

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

  test('several seeds take longer, compared with the folds', () => {
    const [training, folds] = ['training', 'walk-forward'].map(
      (step) => trainingSteps(5, 3).find(({ name }) => name === step)!.share,
    );
    expect([training, folds]).toEqual([45, 45]);
  });
});

describe('the progress of several seeds', () => {
  const update: TrainingProgressUpdate = {
    phase: 'training',
    phase_fraction: 0.5,
    model_type: 'mlp',
    symbols: ['AAA'],
    timeframes: ['1h'],
    strategy: 'small',
    current_seed: 2,
    total_seeds: 3,
    finished_seeds: 1,
    running_seeds: 2,
    current_epoch: 4,
    total_epochs: 10,
    current_batch: 1,
    total_batches: 9,
    items_processed: 700,
    items_total: 1500,
    metrics: null,
  };

  test('counts the epochs of all seeds and names the seed', () => {
    const progress = trainingProgress(update);
    expect(progress).toMatchObject({
      steps_completed: 13,
      steps_total: 30,
      current_item: 'seed 2 of 3, epoch 4',
      context: {
        current_seed: 2,
        total_seeds: 3,
        finished_seeds: 1,
        running_seeds: 2,
        current_epoch: 4,
        total_epochs: 10,
      },
    });
  });

  test('grows when a seed is finished before the shown one', () => {
    const { steps_completed } = trainingProgress({ ...update, current_seed: 1, finished_seeds: 1 });
    expect(steps_completed).toBe(13);
    const { finished_seeds: _, ...earlier } = update;
    expect(trainingProgress(earlier)).toMatchObject({ steps_completed: 13 });
  });

  test('with one seed says nothing of seeds', () => {
    const one = { ...update, current_seed: null, total_seeds: null, finished_seeds: null };
    const progress = trainingProgress(one);
    expect(progress).toMatchObject({ steps_completed: 3, steps_total: 10, current_item: 'epoch 4' });
    expect(progress.context).not.toHaveProperty('current_seed');
    const { current_seed: _, total_seeds: __, finished_seeds: ___, ...early } = update;
    expect(trainingProgress(early as TrainingProgressUpdate)).toMatchObject({
      steps_completed: 3,
      steps_total: 10,
      current_item: 'epoch 4',
    });
  });
});

test('the best epoch of all seeds stays after the training; earlier hosts do not report it', () => {
  const update = (change: Partial<TrainingProgressUpdate>): unknown =>
    trainingProgress({
      phase: 'training',
      phase_fraction: 0,
      model_type: null,
      symbols: null,
      timeframes: null,
      strategy: null,
      current_seed: 1,
      total_seeds: 2,
      current_epoch: 1,
      total_epochs: 2,
      current_batch: 1,
      total_batches: 2,
      items_processed: null,
      items_total: null,
      metrics: null,
      ...change,
    }).context;
  const best = { best_epoch: 3, best_val_loss: 0.5, best_seed: 2 };
  expect(update({ phase: 'evaluating', ...best, engine: 'onnx', device: 'cpu' })).toMatchObject({
    ...best,
    engine: 'onnx',
    device: 'cpu',
  });
  const unknown = update({ phase: 'evaluating', best_epoch: null, best_val_loss: null });
  expect(unknown).not.toHaveProperty('best_epoch');
  expect((update({}) as { best_epoch?: unknown }).best_epoch).toBeUndefined();
});
