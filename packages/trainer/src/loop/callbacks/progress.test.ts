import { expect, test } from '@jest/globals';
import { Progress, type LoopProgress } from './progress.js';
import { batchEnd, epochEnd, trainingBegin } from '../../testing/epoch-end.js';

test('reports at most every 50 ms, and always at the end of an epoch', () => {
  let now = 1000;
  const reports: LoopProgress[] = [];
  const progress = new Progress((report) => reports.push(report), { now: () => now });
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
  expect(reports[0]!.metrics).toEqual({ train_loss: 1, train_accuracy: 0.4 });
  expect(reports[2]).toEqual({
    phase_fraction: 0.1,
    current_epoch: 1,
    total_epochs: 10,
    current_batch: 4,
    total_batches: 4,
    items_processed: 100,
    items_total: 1000,
    metrics: { train_loss: 1, train_accuracy: 0.5, val_loss: 0.8, val_accuracy: 0.5 },
  });
  expect(reports[3]!.items_processed).toBe(150);
  expect(reports[3]!.metrics).toMatchObject({ val_loss: 0.8 });
});
