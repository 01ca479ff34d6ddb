import { describe, expect, test } from '@jest/globals';
import { EMPTY_PROGRESS_CONTEXT } from '@ktrdr/contracts';
import fc from 'fast-check';
import { emptyProgress } from './operation.js';
import { ProgressManager, type ProgressManagerOptions, type ProgressUpdate } from './progress.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import { FakeClock } from './testing/fake-clock.js';
import { RecordingLogger } from './testing/recording-logger.js';

const STEPS = [
  { name: 'loading bars', share: 2 },
  { name: 'training', share: 6 },
  { name: 'evaluating', share: 2 },
];

function manager(options: Partial<ProgressManagerOptions> = {}) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const progress = new ProgressManager({ clock, logger, renderer: defaultProgressRenderer, ...options });
  return { clock, logger, progress };
}

const anyPercentage = fc.oneof(
  fc.double({ min: -50, max: 150 }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity),
);
const anyUpdate: fc.Arbitrary<ProgressUpdate> = fc.record(
  {
    percentage: anyPercentage,
    step: fc.constantFrom('loading bars', 'training', 'evaluating', 'nobody declared this'),
    stepFraction: fc.oneof(fc.double({ min: -1, max: 2 }), fc.constant(Number.NaN)),
    steps_completed: fc.option(fc.nat(50)),
    steps_total: fc.option(fc.nat(50)),
    items_processed: fc.option(fc.nat(1000)),
    items_total: fc.option(fc.nat(1000)),
    context: fc.dictionary(
      fc.constantFrom('phase', 'current_epoch', 'extra'),
      fc.option(fc.nat(9), { nil: undefined }),
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ProgressUpdate>;

describe('the percentage', () => {
  test('never falls, has one decimal and stays below 100, whatever is reported', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(anyUpdate, { maxLength: 40 }), (withSteps, updates) => {
        const { progress, clock } = manager({ steps: withSteps ? STEPS : undefined });
        progress.start('2026-01-05T10:00:00.000Z');
        let before = 0;
        for (const update of updates) {
          clock.skip(300);
          progress.update(update);
          const { percentage, eta_seconds, ...rest } = progress.snapshot();
          expect(percentage).toBeGreaterThanOrEqual(before);
          expect(percentage).toBeLessThanOrEqual(99.9);
          expect(Number(percentage.toFixed(1))).toBe(percentage);
          expect(eta_seconds === null || (Number.isInteger(eta_seconds) && eta_seconds >= 0)).toBe(true);
          expect(Object.keys({ percentage, eta_seconds, ...rest }).sort()).toEqual(
            Object.keys(emptyProgress()).sort(),
          );
          expect(Object.keys(rest.context)).toEqual(
            expect.arrayContaining(Object.keys(EMPTY_PROGRESS_CONTEXT)),
          );
          before = percentage;
        }
      }),
    );
  });

  test('is rounded down: almost done is not done', () => {
    const { progress } = manager();
    progress.update({ percentage: 57.3 });
    expect(progress.snapshot().percentage).toBe(57.3);
    progress.update({ percentage: 99.96 });
    expect(progress.snapshot().percentage).toBe(99.9);
    progress.update({ percentage: 100 });
    expect(progress.snapshot().percentage).toBe(99.9);
  });

  test('comes from the shares of the steps', () => {
    const { progress } = manager({ steps: STEPS });
    const seen: number[] = [];
    for (const update of [
      { step: 'loading bars' },
      { stepFraction: 0.5 },
      { step: 'training' },
      { stepFraction: 0.25 },
      { step: 'training', stepFraction: 0.5, items_processed: 1, items_total: 1 },
      { stepFraction: 7 },
      { step: 'evaluating' },
    ]) {
      progress.update(update);
      seen.push(progress.snapshot().percentage);
    }
    expect(seen).toEqual([0, 10, 20, 35, 50, 80, 80]);
  });

  test('jumps over skipped steps, and does not go back to one', () => {
    const { progress } = manager({ steps: STEPS });
    progress.startStep('evaluating');
    expect(progress.snapshot().percentage).toBe(80);
    progress.update({ step: 'loading bars', stepFraction: 1 });
    expect(progress.snapshot().percentage).toBe(80);
  });

  test('without steps comes from items, else from completed steps', () => {
    const { progress } = manager();
    progress.update({ steps_completed: 1, steps_total: 10 });
    expect(progress.snapshot().percentage).toBe(10);
    progress.update({ items_processed: 600, items_total: 1000 });
    expect(progress.snapshot().percentage).toBe(60);
  });

  test('is unknown for a total of zero', () => {
    const { progress } = manager();
    progress.update({ items_processed: 0, items_total: 0 });
    expect(progress.snapshot().percentage).toBe(0);
  });
});

describe('the context', () => {
  test('has every key from the start and is merged', () => {
    const { progress } = manager({ initialContext: { model_type: 'mlp', symbols: ['AAPL'] } });
    progress.update({ context: { current_epoch: 1, model_type: undefined, fold: 3 } });
    progress.update({ context: { current_epoch: 2 } });
    expect(progress.snapshot().context).toEqual({
      ...EMPTY_PROGRESS_CONTEXT,
      model_type: 'mlp',
      symbols: ['AAPL'],
      current_epoch: 2,
      fold: 3,
    });
  });

  test('a step becomes the phase, unless the update names one', () => {
    const { progress } = manager({ steps: STEPS });
    progress.startStep('loading bars');
    expect(progress.snapshot().context.phase).toBe('loading bars');
    progress.update({ step: 'training', context: { phase: 'warming up' } });
    expect(progress.snapshot().context.phase).toBe('warming up');
  });

  test('shares no objects with its reporters or readers', () => {
    const { progress } = manager();
    const metrics = { train_loss: 0.9 };
    progress.update({ context: { metrics, symbols: ['AAPL'] } });
    metrics.train_loss = 0;
    const read = progress.snapshot();
    read.context.symbols?.push('MSFT');
    read.context.metrics = null;
    expect(progress.snapshot().context).toMatchObject({ metrics: { train_loss: 0.9 }, symbols: ['AAPL'] });
  });

  test('omits values that JSON cannot carry, logs that once and keeps the rest', () => {
    const { progress, logger } = manager();
    progress.update({ context: { phase: 'training', huge: 10n } });
    progress.snapshot();
    expect(progress.snapshot().context).toEqual({ ...EMPTY_PROGRESS_CONTEXT, phase: 'training' });
    expect(logger.messages('warn')).toEqual([
      'progress context "huge" cannot be written as JSON and is left out',
    ]);
  });
});

describe('progress reporting never breaks the work', () => {
  test('an undeclared step is logged once', () => {
    const { progress, logger } = manager({ steps: STEPS });
    progress.startStep('trainning');
    progress.startStep('trainning');
    expect(logger.messages('warn')).toEqual(['progress step "trainning" is not declared']);
  });

  test('if the renderer throws, the last line stays; without one, the default line is shown', () => {
    let broken = true;
    const { progress, logger } = manager({
      renderer: () => {
        if (broken) throw new Error('broken');
        return 'fine';
      },
    });
    expect(progress.snapshot().current_step).toBe('working');
    broken = false;
    expect(progress.snapshot().current_step).toBe('fine');
    broken = true;
    expect(progress.snapshot().current_step).toBe('fine');
    expect(logger.messages('warn')).toEqual(['the progress renderer failed']);
  });
});

test('the ETA follows the observed rate', async () => {
  const { progress, clock } = manager();
  progress.start('2026-01-05T10:00:00.000Z');
  expect(progress.snapshot()).toMatchObject({ eta_seconds: null, started_at: '2026-01-05T10:00:00.000Z' });
  for (let percentage = 1; percentage <= 40; percentage++) {
    clock.skip(1000);
    progress.update({ percentage });
  }
  expect(progress.snapshot().eta_seconds).toBe(60);
});

test('work that waits for something has no ETA until it moves again', async () => {
  const { progress, clock } = manager();
  progress.start('2026-01-05T10:00:00.000Z');
  for (const percentage of [10, 20, 30]) {
    await clock.advance(2_000);
    progress.update({ percentage });
  }
  expect(progress.snapshot().eta_seconds).not.toBeNull();
  progress.update({ context: { phase: 'waiting for the host' }, waiting: true });
  expect(progress.snapshot()).toMatchObject({ percentage: 30, eta_seconds: null });
  progress.update({ percentage: 31 });
  expect(progress.snapshot().eta_seconds).not.toBeNull();
});
