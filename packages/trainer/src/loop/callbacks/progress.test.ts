import { expect, test } from '@jest/globals';
import { Progress, type LoopEpoch, type LoopProgress } from './progress.js';
import { batchEnd, epochEnd, trainingBegin } from '../../testing/epoch-end.js';

test('reports at most every 50 ms, and always at the end of an epoch', () => {
  let now = 1000;
  const reports: LoopProgress[] = [];
  const epochs: (LoopEpoch | null)[] = [];
  const report = (progress: LoopProgress, ended: LoopEpoch | null): void => {
    reports.push(progress);
    epochs.push(ended);
  };
  const progress = new Progress(report, { now: () => now });
  progress.onTrainBegin(trainingBegin());
  for (let batch = 1; batch <= 4; batch += 1) {
    progress.onBatchEnd(batchEnd({ batch, epochRows: batch * 25, runningLoss: 1 / batch }));
    now += 30;
  }
  progress.onEpochEnd(epochEnd(1, 0.8));
  progress.onBatchEnd(batchEnd({ epoch: 2, batch: 1 }));
  now += 50;
  progress.onBatchEnd(batchEnd({ epoch: 2, batch: 2, epochRows: 50 }));

  expect(reports.map((report) => [report.current_epoch, report.current_batch])).toEqual([
    [1, 1],
    [1, 3],
    [1, 4],
    [2, 2],
  ]);
  expect(reports[0]!.metrics).toEqual({ train_loss: 1, train_accuracy: 0.4, learning_rate: 0.001 });
  expect(reports[2]).toEqual({
    phase_fraction: 0.1,
    current_epoch: 1,
    total_epochs: 10,
    current_batch: 4,
    total_batches: 4,
    items_processed: 100,
    items_total: 1000,
    metrics: { train_loss: 1, train_accuracy: 0.5, val_loss: 0.8, val_accuracy: 0.5, learning_rate: 0.001 },
    best_epoch: 1,
    best_val_loss: 0.8,
    samples_per_second: expect.closeTo(100 / 0.12, 6),
  });
  expect(epochs).toEqual([
    null,
    null,
    {
      epoch: 1,
      at: '1970-01-01T00:00:01.120Z',
      train_loss: 1,
      val_loss: 0.8,
      train_accuracy: 0.5,
      val_accuracy: 0.5,
      learning_rate: 0.001,
      samples_per_second: expect.closeTo(100 / 0.12, 6),
    },
    null,
  ]);
  expect(reports[3]!.items_processed).toBe(150);
  expect(reports[3]!.metrics).toMatchObject({ val_loss: 0.8 });
});

test('the best epoch is the first with the lowest validation loss, also after a resume', () => {
  const reports: LoopProgress[] = [];
  const start = (): Progress => {
    const progress = new Progress((report) => reports.push(report), { now: () => 0 });
    progress.onTrainBegin(trainingBegin());
    return progress;
  };
  const first = start();
  for (const [index, loss] of [0.9, 0.5, 0.5].entries()) first.onEpochEnd(epochEnd(index + 1, loss));
  const resumed = start();
  resumed.restore(first.save());
  resumed.onEpochEnd(epochEnd(4, 0.7));
  resumed.onEpochEnd(epochEnd(5, 0.4));
  expect(reports.map(({ best_epoch, best_val_loss }) => [best_epoch, best_val_loss])).toEqual([
    [1, 0.9],
    [2, 0.5],
    [2, 0.5],
    [2, 0.5],
    [5, 0.4],
  ]);
});

test('the speed counts the rows since the start or the last full second, not those before a resume', () => {
  let now = 0;
  const speeds: (number | null)[] = [];
  const progress = new Progress(({ samples_per_second }) => speeds.push(samples_per_second ?? null), {
    now: () => now,
  });
  progress.onTrainBegin(trainingBegin());
  progress.restore({ values: { rowsBefore: 500, validation: null, best: null }, arrays: {} });
  for (let epoch = 6; epoch <= 8; epoch += 1) {
    now += 1000;
    progress.onBatchEnd(batchEnd({ epoch, rows: 100, epochRows: 100 }));
    progress.onEpochEnd(epochEnd(epoch, 0.5));
    now += 1000;
  }
  expect(speeds[1]).toBe(100);
  expect(speeds.at(-1)).toBe(50);
});
