import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { CancellationController, raceCancellation } from './cancellation.js';
import { OperationCancelledError } from './errors.js';
import { Gate } from './testing/gate.js';

describe('a cancellation token', () => {
  test('fires once, and the first reason wins', () => {
    const controller = new CancellationController();
    const { token } = controller;
    expect([token.isCancelled, token.isForced, token.reason]).toEqual([false, false, null]);
    expect(() => token.throwIfCancelled()).not.toThrow();
    controller.cancel('enough');
    controller.cancel('too late');
    expect([token.isCancelled, token.isForced, token.reason]).toEqual([true, false, 'enough']);
    expect(() => token.throwIfCancelled()).toThrow(new OperationCancelledError('enough'));
    expect(token.signal.reason).toBeInstanceOf(OperationCancelledError);
  });

  test('force can come with the cancel or after it, never before it', () => {
    const together = new CancellationController();
    const order: string[] = [];
    together.token.signal.addEventListener('abort', () => order.push('cancel'));
    together.token.forceSignal.addEventListener('abort', () => order.push('force'));
    together.cancel(null, { force: true });
    expect(order).toEqual(['cancel', 'force']);
    const later = new CancellationController();
    later.cancel('first');
    expect(later.token.isForced).toBe(false);
    later.cancel('now', { force: true });
    expect([later.token.isForced, later.token.reason]).toEqual([true, 'first']);
  });
});

describe('racing the token', () => {
  test('gives the value, or the error, of work that ends first', async () => {
    const { token } = new CancellationController();
    await expect(raceCancellation(token, Promise.resolve(7))).resolves.toBe(7);
    await expect(raceCancellation(token, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(getEventListeners(token.signal, 'abort')).toHaveLength(0);
  });

  test('rejects as soon as the token fires, while the work continues', async () => {
    const controller = new CancellationController();
    const gate = new Gate();
    const work = gate.pass();
    const raced = raceCancellation(controller.token, work);
    controller.cancel('enough');
    await expect(raced).rejects.toThrow(new OperationCancelledError('enough'));
    gate.open();
    await work;
    expect(getEventListeners(controller.token.signal, 'abort')).toHaveLength(0);
  });
});
