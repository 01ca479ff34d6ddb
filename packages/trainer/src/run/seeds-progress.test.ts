import { describe, expect, test } from '@jest/globals';
import type { LoopProgress } from '../loop/callbacks/progress.js';
import { SeedsProgress } from './seeds-progress.js';

const PROGRESS: LoopProgress = {
  phase_fraction: 0.5,
  current_epoch: 4,
  total_epochs: 10,
  current_batch: 1,
  total_batches: 9,
  items_processed: 50,
  items_total: 100,
  metrics: null,
  best_epoch: 3,
  best_val_loss: 0.4,
  samples_per_second: 1_000,
};

function progressOf(seeds: number, before: ConstructorParameters<typeof SeedsProgress>[1] = []) {
  const reports: Record<string, unknown>[] = [];
  const progress = new SeedsProgress(seeds, before, (update, ended) => reports.push({ ...update, ended }));
  const done = new Set(before.map(({ index }) => index));
  for (let index = 0; index < Math.min(3, seeds); index += 1) if (!done.has(index)) progress.began(index);
  return { progress, last: () => reports.at(-1)! };
}

describe('the progress of several seeds', () => {
  test('is one fraction; epochs are those of the first seed that runs, until it is finished', () => {
    const { progress, last } = progressOf(4);
    progress.saw(0, PROGRESS, null);
    progress.saw(1, { ...PROGRESS, current_epoch: 2, phase_fraction: 0.2, items_processed: 20 }, null);
    expect(last()).toMatchObject({
      phase_fraction: 0.7 / 4,
      items_processed: 70,
      items_total: 400,
      samples_per_second: 2_000,
      current_seed: 1,
      total_seeds: 4,
      finished_seeds: 0,
      running_seeds: 3,
      current_epoch: 4,
    });
    progress.finished(1);
    progress.saw(2, { ...PROGRESS, current_epoch: 1 }, null);
    expect(last()).toMatchObject({ current_seed: 1, current_epoch: 4, finished_seeds: 1, running_seeds: 2 });
    progress.finished(0);
    progress.saw(2, { ...PROGRESS, current_epoch: 2 }, null);
    expect(last()).toMatchObject({ current_seed: 3, current_epoch: 2, finished_seeds: 2, running_seeds: 1 });
    expect(last()).toMatchObject({ phase_fraction: 2.5 / 4, items_processed: 250 });
  });

  test('stays at a seed that has begun and not reported yet', () => {
    const { progress, last } = progressOf(3);
    progress.saw(1, PROGRESS, null);
    expect(last()).toMatchObject({ current_seed: 1, current_epoch: 1, phase_fraction: 0.5 / 3 });
  });

  test('has the best epoch of all seeds, also of those that an earlier attempt finished', () => {
    const scores = { test_accuracy: 0, test_loss: 0, net_return: null };
    const { progress, last } = progressOf(3, [
      { index: 1, seed: 9, best_epoch: 7, val_loss: 0.3, ...scores },
    ]);
    progress.saw(0, PROGRESS, null);
    expect(last()).toMatchObject({ best_seed: 2, best_epoch: 7, best_val_loss: 0.3, finished_seeds: 1 });
    progress.saw(2, { ...PROGRESS, best_val_loss: 0.2 }, null);
    expect(last()).toMatchObject({ best_seed: 3, best_epoch: 3, best_val_loss: 0.2, current_seed: 1 });
    progress.saw(0, { ...PROGRESS, best_val_loss: 0.2, best_epoch: 5 }, null);
    expect(last()).toMatchObject({ best_seed: 1, best_epoch: 5 });
  });

  test('names the seed of each epoch; one seed has no number', () => {
    const values = { train_loss: 1, val_loss: 1, train_accuracy: 0, val_accuracy: 0, learning_rate: 1 };
    const epoch = { epoch: 4, at: '2024-01-01T00:00:00.000Z', samples_per_second: null, ...values };
    const many = progressOf(4);
    many.progress.saw(2, PROGRESS, epoch);
    expect(many.last()).toMatchObject({ ended: { ...epoch, seed: 3 } });
    const one = progressOf(1);
    one.progress.saw(0, PROGRESS, epoch);
    expect(one.last()).toEqual({
      ...PROGRESS,
      current_seed: null,
      total_seeds: null,
      ended: { ...epoch, seed: null },
    });
  });
});
