import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createStyle } from '../style.js';
import { progressFrame } from './progress-frame.js';
import { progressLine } from './progress-line.js';
import type { ProgressParts } from './progress-state.js';

const PARTS: ProgressParts = {
  mood: 'going',
  message: 'Training MLP model on AAPL [epoch 5/50] (batch 123/500)',
  fraction: 0.342,
  percentage: '34.2%',
  elapsedSeconds: 12,
  etaSeconds: 80,
  figures: ['train loss 0.9123', 'val loss 0.9541', 'train accuracy 0.61', 'val accuracy 0.5512'],
  losses: [],
};
const plain = createStyle(false);

describe('the progress in a terminal', () => {
  test('of 100 columns shows everything', () => {
    expect(progressFrame(PARTS, { columns: 100, style: plain, frame: 2 })).toEqual([
      '⠹ Training MLP model on AAPL [epoch 5/50] (batch 123/500)',
      '  ━━━━━━━━━━━━━╸──────────────────────────  34.2%  elapsed 12s  ETA 1m 20s',
      '  train loss 0.9123  val loss 0.9541  train accuracy 0.61  val accuracy 0.5512',
    ]);
  });

  test('of 60 columns has a shorter bar and only the metrics that fit', () => {
    expect(progressFrame(PARTS, { columns: 60, style: plain, frame: 0 })).toEqual([
      '⠋ Training MLP model on AAPL [epoch 5/50] (batch 123/500)',
      '  ━━━━━━╸─────────────  34.2%  elapsed 12s  ETA 1m 20s',
      '  train loss 0.9123  val loss 0.9541  train accuracy 0.61',
    ]);
  });

  test('of 40 columns has no batch and no ETA, and truncates the message', () => {
    expect(progressFrame(PARTS, { columns: 40, style: plain, frame: 0 })).toEqual([
      '⠋ Training MLP model on A… [epoch 5/50]',
      '  ━━━───────  34.2%  elapsed 12s',
      '  train loss 0.9123  val loss 0.9541',
    ]);
  });

  test('too narrow for the message keeps the epoch or step as long as possible', () => {
    const message = (text: string, columns: number) =>
      progressFrame({ ...PARTS, message: text }, { columns, style: plain, frame: 0 })[0].slice(2);
    expect(message('Training MLP model on AAPL [epoch 5/50] (batch 1/9) (host service)', 50)).toBe(
      'Training MLP model on AAPL [epoch 5/50]',
    );
    expect(message('Training MLP model on AAPL: computing indicators', 40)).toBe(
      'Training MLP m…: computing indicators',
    );
    expect(message('Cancelling: Training MLP model on AAPL [epoch 5/50]', 40)).toBe(
      'Cancelling: Training ML… [epoch 5/50]',
    );
    expect(message('Training MLP model on AAPL [epoch 5/50]', 20)).toBe('Training MLP mod…');
  });

  test('is always narrower than the terminal, with and without colours', () => {
    const long = { ...PARTS, message: 'x'.repeat(300), elapsedSeconds: 86_399 * 9, etaSeconds: 86_399 * 20 };
    for (const parts of [PARTS, long, { ...long, elapsedSeconds: null }, { ...PARTS, fraction: 1 }]) {
      for (let columns = 30; columns <= 200; columns += 1) {
        const frame = progressFrame(parts, { columns, style: plain, frame: 0 });
        expect(Math.max(...frame.map((line) => line.length))).toBeLessThan(columns);
        const coloured = progressFrame(parts, { columns, style: createStyle(true), frame: 0 });
        expect(coloured.map(stripVTControlCharacters)).toEqual(frame);
      }
    }
  });

  test('keeps the width of its bar while the times get longer', () => {
    const barOf = (elapsedSeconds: number, etaSeconds: number | null) =>
      progressFrame(
        { ...PARTS, elapsedSeconds, etaSeconds },
        { columns: 80, style: plain, frame: 0 },
      )[1].match(/[━╸─]+/)?.[0].length;
    expect(new Set([barOf(0, null), barOf(9, 3), barOf(59, 1_000), barOf(3_000, 3_599)]).size).toBe(1);
  });

  test('has no ETA during a cancel, and an exclamation mark while the API does not answer', () => {
    const cancelling = { ...PARTS, mood: 'cancelling' as const, message: 'Cancelling', etaSeconds: null };
    expect(progressFrame(cancelling, { columns: 80, style: plain, frame: 0 })[1]).not.toContain('ETA');
    const lost = { ...PARTS, mood: 'lost' as const, message: 'The API does not answer; retrying' };
    expect(progressFrame(lost, { columns: 80, style: plain, frame: 0 })[0]).toBe(
      '! The API does not answer; retrying',
    );
  });
});

test('without a terminal the progress is one line', () => {
  expect(progressLine({ ...PARTS, percentage: '12.3%' })).toBe(
    '[ 12.3%] Training MLP model on AAPL [epoch 5/50] (batch 123/500)  elapsed 12s  ETA 1m 20s',
  );
  expect(progressLine({ ...PARTS, elapsedSeconds: null, etaSeconds: null, percentage: '100.0%' })).toBe(
    '[100.0%] Training MLP model on AAPL [epoch 5/50] (batch 123/500)',
  );
});
