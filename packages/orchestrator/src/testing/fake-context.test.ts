import { describe, expect, test } from '@jest/globals';
import { OperationCancelledError } from '../errors.js';
import type { OperationContext } from '../operation-context.js';
import { trainingProgressRenderer } from '../renderers/training-progress-renderer.js';
import { FakeOperationContext } from './fake-context.js';
import { Gate } from './gate.js';

async function domainFunction({ progress, warn, sleep }: OperationContext): Promise<string> {
  progress.startStep('loading bars');
  warn('few bars');
  await sleep(1000);
  progress.update({ step: 'training', stepFraction: 0.5, context: { current_epoch: 1, total_epochs: 2 } });
  return 'done';
}

const STEPS = [
  { name: 'loading bars', share: 1 },
  { name: 'training', share: 1 },
];

describe('the fake context', () => {
  test('lets a test run a domain function and read what it reported', async () => {
    const context = new FakeOperationContext({ steps: STEPS, renderer: trainingProgressRenderer });
    const result = domainFunction(context);
    await context.clock.advance(1000);
    await expect(result).resolves.toBe('done');
    expect(context.updates[0]).toEqual({ step: 'loading bars' });
    expect(context.warnings).toEqual(['few bars']);
    expect(context.snapshot()).toMatchObject({
      percentage: 75,
      current_step: 'Training model [epoch 1/2]',
    });
  });

  test('lets a test cancel it', async () => {
    const context = new FakeOperationContext({ steps: STEPS });
    const result = domainFunction(context);
    context.cancel('enough');
    await expect(result).rejects.toThrow(new OperationCancelledError('enough'));
  });

  test('races work with the token as an operation does', async () => {
    const context = new FakeOperationContext();
    const raced = context.executeWithCancellation(() => new Gate().pass());
    context.cancel();
    await expect(raced).rejects.toThrow(OperationCancelledError);
    await expect(context.executeWithCancellation(async () => 1)).rejects.toThrow(OperationCancelledError);
  });
});
