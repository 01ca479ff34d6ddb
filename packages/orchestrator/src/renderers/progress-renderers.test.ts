import { describe, expect, test } from '@jest/globals';
import type { ProgressContext } from '@ktrdr/contracts';
import { emptyProgress } from '../operation.js';
import { defaultProgressRenderer } from './default-progress-renderer.js';
import { downloadProgressRenderer } from './download-progress-renderer.js';
import { dummyProgressRenderer } from './dummy-progress-renderer.js';
import type { ProgressState } from './progress-renderer.js';
import { trainingProgressRenderer } from './training-progress-renderer.js';

function state(context: Partial<ProgressContext>, counts: Partial<ProgressState> = {}): ProgressState {
  const progress = emptyProgress();
  return { ...progress, ...counts, context: { ...progress.context, ...context } as ProgressContext };
}

const EPOCHS = { current_epoch: 5, total_epochs: 50 };
const BATCHES = { current_batch: 123, total_batches: 500 };
const MLP = { model_type: 'mlp', symbols: ['AAPL'] };

describe('the training renderer', () => {
  test.each<[string, Partial<ProgressContext>]>([
    [
      'Training MLP model on AAPL [epoch 5/50] (batch 123/500)',
      { ...MLP, ...EPOCHS, ...BATCHES, host_service: false, phase: 'training' },
    ],
    [
      'Training MLP model on AAPL [5 of 16 seeds done, 2 training, epoch 5/50] (batch 123/500)',
      {
        ...MLP,
        ...EPOCHS,
        ...BATCHES,
        current_seed: 5,
        total_seeds: 16,
        finished_seeds: 5,
        running_seeds: 2,
        phase: 'training',
      },
    ],
    [
      'Training MLP model on AAPL [1 of 3 seeds done, epoch 5/50] (batch 123/500)',
      {
        ...MLP,
        ...EPOCHS,
        ...BATCHES,
        current_seed: 2,
        total_seeds: 3,
        finished_seeds: 1,
        running_seeds: 1,
        phase: 'training',
      },
    ],
    [
      'Training MLP model on AAPL [1 of 3 seeds done, epoch 5/50] (host service)',
      { ...MLP, ...EPOCHS, current_seed: 2, total_seeds: 3, host_service: true, phase: 'training' },
    ],
    [
      'Training CNN model on AAPL+2 others [epoch 8/20] (host service)',
      {
        model_type: 'cnn',
        symbols: ['AAPL', 'MSFT', 'GOOG'],
        current_epoch: 8,
        total_epochs: 20,
        host_service: true,
      },
    ],
    [
      'Training LSTM model on AAPL+1 other [epoch 1/9] (batch 3/40) (host service)',
      {
        model_type: 'lstm',
        symbols: ['AAPL', 'MSFT'],
        current_epoch: 1,
        total_epochs: 9,
        current_batch: 3,
        total_batches: 40,
        host_service: true,
      },
    ],
    ['Training model: loading bars', { phase: 'loading bars' }],
    ['Training model', {}],
    ['Training model [epoch 1]', { symbols: [], phase: 'training' }],
    ['Training MLP model on AAPL: labelling', { ...MLP, phase: 'labelling' }],
    [
      'Training MLP model on AAPL: loading bars (host service)',
      { ...MLP, phase: 'loading bars', host_service: true },
    ],
    ['Training MLP model on AAPL', { ...MLP }],
    ['Training MLP model on AAPL [epoch 1/50]', { ...MLP, phase: 'training', total_epochs: 50 }],
    ['Training MLP model on AAPL [epoch 5]', { ...MLP, current_epoch: 5 }],
    [
      'Training MLP model on AAPL [epoch 5/50]: evaluating',
      { ...MLP, ...EPOCHS, ...BATCHES, phase: 'evaluating' },
    ],
    ['Training MLP model on AAPL: evaluating', { ...MLP, phase: 'evaluating' }],
    ['Training MLP model on AAPL: storing model', { ...MLP, ...EPOCHS, phase: 'storing model' }],
  ])('%s', (line, context) => {
    expect(trainingProgressRenderer(state(context))).toBe(line);
  });
});

describe('the dummy renderer', () => {
  test.each<[string, ProgressState]>([
    ['Running dummy task [iteration 5/100]', state({}, { steps_completed: 5, steps_total: 100 })],
    ['Running dummy task [iteration 5]', state({}, { steps_completed: 5 })],
    ['Running dummy task: starting', state({})],
    ['Running dummy task: warming up', state({ phase: 'warming up' })],
  ])('%s', (line, progress) => {
    expect(dummyProgressRenderer(progress)).toBe(line);
  });
});

describe('the download renderer', () => {
  const BTC = { symbols: ['BTC/USDT'], timeframes: ['1h'], source: 'binance' };

  test.each<[string, ProgressState]>([
    ['Downloading BTC/USDT 1h from binance: starting', state(BTC)],
    [
      'Downloading BTC/USDT 1h from binance: to 2024-02-11T15:00:00Z (12,000 bars)',
      state(BTC, { current_item: '2024-02-11T15:00:00Z', items_processed: 12_000 }),
    ],
    [
      'Downloading BTC/USDT 1h from binance: waiting for binance, 20 s',
      state({ ...BTC, phase: 'waiting for binance, 20 s' }, { current_item: '2024-02-11T15:00:00Z' }),
    ],
  ])('%s', (line, progress) => {
    expect(downloadProgressRenderer(progress)).toBe(line);
  });
});

describe('the default renderer', () => {
  test.each<[string, ProgressState]>([
    ['working', state({})],
    ['AAPL_1h.csv', state({}, { current_item: 'AAPL_1h.csv' })],
    [
      'loading bars [step 2/5] (item 120/500) (host service)',
      state(
        { phase: 'loading bars', host_service: true },
        { steps_completed: 2, steps_total: 5, items_processed: 120, items_total: 500, current_item: 'x' },
      ),
    ],
  ])('%s', (line, progress) => {
    expect(defaultProgressRenderer(progress)).toBe(line);
  });
});
