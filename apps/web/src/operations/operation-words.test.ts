import { expect, test } from '@jest/globals';
import { EMPTY_PROGRESS_CONTEXT, type TypedOperationSummary } from '@ktrdr/contracts';
import { formatMetric } from '../format/numbers.js';
import { lineOf, shortLineOf } from './operation-words.js';

/** A completed training. */
function training(parameters: object, context: object): TypedOperationSummary {
  return {
    operation_type: 'training',
    status: 'completed',
    metadata: { parameters },
    progress: { context: { ...EMPTY_PROGRESS_CONTEXT, ...context } },
  } as TypedOperationSummary;
}

const BEST = { best_epoch: 9, best_val_loss: 0.6068 };

test('the best of several seeds has the name of its seed, not its position', () => {
  expect(lineOf(training({ seed: 42, seeds: 16 }, { ...BEST, best_seed: 13 }))).toBe(
    `Best validation loss ${formatMetric(0.6068)}, seed 54`,
  );
  expect(lineOf(training({ seed: 7, seeds: 2 }, { ...BEST, best_seed: 1 }))).toMatch(/, seed 7$/u);
});

test('a training with one seed names no seed', () => {
  expect(lineOf(training({ seed: 42, seeds: null }, BEST))).toBe(
    `Best validation loss ${formatMetric(0.6068)} in epoch 9`,
  );
});

test('a dry run says that it trained nothing', () => {
  expect(lineOf(training({ dry_run: true }, {}))).toBe('A dry run: nothing was trained');
});

test.each([
  [{}, 'training', 'Epoch 3 of 40'],
  [{}, 'evaluating', 'Evaluating'],
  [{ seeds: 16 }, 'training', 'Training [seed 2/16, epoch 3/40]'],
  [{ walk_forward: 4 }, 'training', 'Training [seed 2/16, epoch 3/40]'],
])('a list shows a running training with %j that is %s as %s', (parameters, phase, line) => {
  const { progress, ...operation } = training(parameters, { current_epoch: 3, total_epochs: 40, phase });
  const current_step = 'Training [seed 2/16, epoch 3/40]';
  const running = { ...operation, status: 'running', progress: { ...progress, current_step } };
  expect(shortLineOf(running as TypedOperationSummary)).toBe(line);
});
