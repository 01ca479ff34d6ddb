import { expect, test } from '@jest/globals';
import type { MetricPoint } from '@ktrdr/contracts';
import { operation, progress } from '../../test/wire-server.js';
import { LossHistory } from './loss-history.js';
import { sparkline } from './sparkline.js';

function at(epoch: number, loss: number, attempt = 1, seed: number | null = null) {
  const { context } = progress();
  return operation({
    attempt,
    progress: progress({
      context: { ...context, current_epoch: epoch, current_seed: seed, metrics: { val_loss: loss } },
    }),
  });
}

test('keeps one loss for each epoch, the newest', () => {
  const losses = new LossHistory();
  for (const [epoch, loss] of [
    [1, 1],
    [1, 0.9],
    [2, 0.5],
  ] as const)
    losses.add(at(epoch, loss));
  expect(losses.values).toEqual([0.9, 0.5]);
});

test('continues after the epochs that the operation had recorded, and begins again with the next seed', () => {
  const losses = new LossHistory();
  const point = { attempt: 1, epoch: 1, seed: null, val_loss: 3, train_loss: 4 } as MetricPoint;
  losses.begin([point, { ...point, epoch: 2, val_loss: null }]);
  losses.add(at(3, 2));
  expect(losses.values).toEqual([3, 4, 2]);
  losses.add(at(1, 9, 1, 2));
  expect(losses.values).toEqual([9]);
});

test('shows one seed at a time of those that train in parallel', () => {
  const losses = new LossHistory();
  const point = { attempt: 1, epoch: 1, seed: 1, val_loss: 5, train_loss: 4 } as MetricPoint;
  losses.begin([point, { ...point, seed: 2, val_loss: 9 }, { ...point, seed: 2, epoch: 2, val_loss: 8 }]);
  losses.add(at(2, 4, 1, 1));
  expect(losses.values).toEqual([5, 4]);
  // seed 1 has stopped early
  losses.add(at(3, 7, 1, 2));
  expect(losses.values).toEqual([9, 8, 7]);
  losses.add(at(12, 3, 1, 3));
  expect(losses.values).toEqual([3]);
});

test('continues after the earlier epochs if the operation resumes, and begins again with a retry', () => {
  const losses = new LossHistory();
  losses.add(at(1, 5));
  losses.add(at(2, 4, 2));
  expect(losses.values).toEqual([5, 4]);
  losses.add(at(1, 6, 3));
  expect(losses.values).toEqual([6]);
});

test.each([
  [[1, 2, 3, 4, 5, 6, 7, 8], 8, '▁▂▃▄▅▆▇█'],
  [[8, 1], 8, '█▁'],
  [[1, 1], 8, '▁▁'],
  [[1, 1, 3, 3], 2, '▁█'],
  [[Number.NaN, 1], 8, '▁'],
  [[], 8, ''],
])('the sparkline of %j in %i columns is %s', (values, columns, line) => {
  expect(sparkline(values, columns)).toBe(line);
});
