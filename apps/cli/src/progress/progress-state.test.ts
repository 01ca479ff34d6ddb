import { expect, test } from '@jest/globals';
import { EMPTY_PROGRESS_CONTEXT, type Operation } from '@ktrdr/contracts';
import { progressParts } from './progress-state.js';

const figuresOf = (parameters: object, context: object): string[] => {
  const operation = {
    status: 'running',
    started_at: null,
    metadata: { parameters },
    progress: { percentage: 0, eta_seconds: null, context: { ...EMPTY_PROGRESS_CONTEXT, ...context } },
  } as Operation;
  return progressParts({ operation, receivedAt: 0, lost: false, cancelRequested: false }, 0).figures;
};

test('the best of several seeds has the name of its seed, not its position', () => {
  const best = { best_epoch: 9, best_val_loss: 0.5 };
  expect(figuresOf({ seed: 42 }, { ...best, best_seed: 13 })).toEqual(['best 0.5000 (seed 54, epoch 9)']);
  expect(figuresOf({ seed: 42 }, best)).toEqual(['best 0.5000 (epoch 9)']);
});
