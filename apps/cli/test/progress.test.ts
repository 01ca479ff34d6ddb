import { describe, expect, test } from '@jest/globals';
import { EMPTY_PROGRESS_CONTEXT, type Operation, type ProgressContext } from '@ktrdr/contracts';
import { LINE_EVERY_MS, PlainProgress } from '../src/progress/plain-progress.js';
import { progressParts, type ProgressState } from '../src/progress/progress-state.js';
import { operation, progress, STARTED_AT } from './wire-server.js';

const START = Date.parse(STARTED_AT);

function state(change: Partial<Operation> = {}, more: Partial<ProgressState> = {}): ProgressState {
  return { operation: operation(change), receivedAt: START, lost: false, cancelRequested: false, ...more };
}

function training(percentage: number, context: Partial<ProgressContext> = {}): ProgressState {
  return state({
    progress: progress({
      percentage,
      current_step: `Training at ${percentage}`,
      context: { ...EMPTY_PROGRESS_CONTEXT, phase: 'training', ...context } as ProgressContext,
    }),
  });
}

describe('a progress display', () => {
  test('updates elapsed and remaining time between two reports', () => {
    const parts = progressParts(state({ progress: progress({ eta_seconds: 90 }) }), START + 10_000);
    expect(parts).toMatchObject({ elapsedSeconds: 10, etaSeconds: 80, mood: 'going' });
    expect(progressParts(state({ progress: progress({ eta_seconds: 5 }) }), START + 10_000).etaSeconds).toBe(
      0,
    );
  });

  test("shows the server's message on one line, without control characters", () => {
    const parts = progressParts(
      state({ progress: progress({ current_step: 'Training\n\u001b[2Jnow' }) }),
      START,
    );
    expect(parts.message).toBe('Training [2Jnow');
  });

  test.each<[string, ProgressState]>([
    ['Waiting to start', state({ status: 'pending', started_at: null })],
    ['Waiting to start', { ...training(5), operation: { ...training(5).operation, status: 'pending' } }],
    [
      'Waiting for a host [2 ahead]',
      state({
        status: 'pending',
        started_at: null,
        progress: progress({
          current_step: 'Waiting for a host [2 ahead]',
          context: { ...progress().context, phase: 'waiting for a host [2 ahead]' },
        }),
      }),
    ],
    ['Running dummy', state()],
    ['Cancelling', state({ status: 'cancelling' })],
    ['Cancelling: Training at 5', { ...training(5), cancelRequested: true }],
    ['The API does not answer; retrying', state({}, { lost: true })],
  ])('shows: %s', (message, shown) => {
    expect(progressParts(shown, START).message).toBe(message);
  });

  test('shows metrics with readable names and four decimals, and omits values that are not numbers', () => {
    const metrics = {
      train_loss: 0.912345,
      val_accuracy: 0.5,
      rows: 1_200,
      learning_rate: 0.000123456,
      broken: Number.NaN,
    };
    expect(progressParts(training(5, { metrics }), START).figures).toEqual([
      'train loss 0.9123',
      'val accuracy 0.5000',
      'rows 1200',
      'learning rate 0.0001235',
    ]);
  });
});

describe('log lines', () => {
  test('are printed when the phase changes, otherwise every few seconds, and once more at the end', () => {
    const lines: string[] = [];
    let now = START;
    const clock = { now: () => now };
    const display = new PlainProgress((line) => lines.push(line), clock);
    display.show(training(0, { phase: 'loading bars' }));
    display.show(training(1));
    for (let percentage = 2; percentage <= 10; percentage += 1) {
      now += LINE_EVERY_MS / 3;
      display.show(training(percentage));
    }
    display.stop();
    display.stop();
    expect(lines.map((line) => line.slice(0, 8))).toEqual([
      '[  0.0%]',
      '[  1.0%]',
      '[  4.0%]',
      '[  7.0%]',
      '[ 10.0%]',
    ]);
  });

  test('a waiting operation that starts does not repeat its line', () => {
    const lines: string[] = [];
    const display = new PlainProgress((line) => lines.push(line), { now: () => START });
    const running = training(0, { phase: 'starting' });
    const waiting = { ...running.operation, status: 'pending' as const, started_at: null };
    display.show({ ...running, operation: waiting });
    display.show(running);
    display.show(training(1, { phase: 'loading bars' }));
    expect(lines.map((line) => line.slice(0, 22))).toEqual([
      '[  0.0%] Training at 0',
      '[  1.0%] Training at 1',
    ]);
  });

  test('include the last report before the end', () => {
    const lines: string[] = [];
    const clock = { now: () => START };
    const display = new PlainProgress((line) => lines.push(line), clock);
    display.show(training(1));
    display.show(training(99));
    display.stop();
    expect(lines).toEqual(['[  1.0%] Training at 1  elapsed 0s', '[ 99.0%] Training at 99  elapsed 0s']);
  });
});
