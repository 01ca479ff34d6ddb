/** Every kind of model, trained from bars to `model.onnx` in this process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { train, type TrainingRunOutcome } from '@ktrdr/trainer';
import {
  strategyText,
  trainingRequest,
  workplace,
  writeBars,
  type StrategyOptions,
  type Workplace,
} from './fixtures/training.js';

let place: Workplace;

beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 900);
  await writeBars(place.dataDir, 'BBB', '1h', 700);
});
afterAll(() => place.remove());

let runs = 0;

async function run(options: StrategyOptions): Promise<{ outcome: TrainingRunOutcome; model: Buffer }> {
  runs += 1;
  const outputDir = join(place.outputDir, String(runs));
  const request = trainingRequest(place, { outputDir, strategy: strategyText(options) });
  const outcome = await train(request, {
    signal: new AbortController().signal,
    onProgress: () => {},
    clock: { now: () => Date.now() },
  });
  return { outcome, model: await readFile(join(outputDir, 'model/model.onnx')) };
}

const BARRIERS = 'source: triple_barrier, max_holding_period: 8, vol_span: 10';

const MODELS: [string, StrategyOptions, { architecture: string; output: string }][] = [
  [
    'an lstm with triple barriers and focal loss',
    {
      symbols: ['AAA', 'BBB'],
      model: 'type: lstm, architecture: { sequence_length: 6, hidden_size: 5, num_layers: 2 }',
      labels: BARRIERS,
      more: '  loss: focal\n  focal_gamma: 1.5\n  optimizer: rmsprop\n',
    },
    { architecture: '6x5-lstm5-lstm5-3', output: 'classification' },
  ],
  [
    'a cnn with a cosine schedule',
    {
      model: 'type: cnn, architecture: { sequence_length: 12, filters: [6], hidden_layers: [8] }',
      more: '  optimizer: adamw\n  lr_scheduler: { type: cosine }\n',
    },
    { architecture: '12x5-conv6-8-3', output: 'classification' },
  ],
  [
    'a gru regression',
    {
      model: 'type: gru, architecture: { sequence_length: 5, hidden_size: 4, num_layers: 1, dropout: 0 }',
      labels: 'source: forward_return, horizon: 4',
      decisions: 'output_format: regression, cost_model: {}',
    },
    { architecture: '5x5-gru4-1', output: 'regression' },
  ],
  [
    'an mlp whose rows weigh differently',
    { labels: `${BARRIERS}, compute_weights: true`, more: '  optimizer: sgd\n' },
    { architecture: '5-8-4-3', output: 'classification' },
  ],
];

describe.each(MODELS)('%s', (_, options, { architecture, output }) => {
  test('is trained, evaluated and stored with the same bytes each time', async () => {
    const { outcome, model } = await run(options);
    const { test_metrics: tested, training_metrics: trained, model_info, data_summary } = outcome.result;
    expect(model_info?.architecture).toBe(architecture);
    expect(trained?.epochs_trained).toBe(3);
    expect(trained?.history.train_loss.every(Number.isFinite)).toBe(true);
    expect(tested?.mae === null).toBe(output === 'classification');
    const cells = tested!.confusion_matrix.flat();
    expect(cells.reduce((sum, cell) => sum + cell, 0)).toBe(data_summary.test_samples);
    const { majority_class, last_label, linear_model } = outcome.result.baselines!;
    for (const { test_accuracy } of [majority_class, last_label, linear_model]) {
      expect(test_accuracy).toBeGreaterThanOrEqual(0);
      expect(test_accuracy).toBeLessThanOrEqual(1);
    }
    expect(linear_model.type).toBe(`${output === 'regression' ? 'ridge' : 'logistic'}_regression`);
    expect(linear_model.mae === null).toBe(output === 'classification');
    expect(tested!.calibration === null).toBe(output === 'regression');
    expect(tested!.classes).toEqual(output === 'regression' ? ['UP', 'DOWN'] : ['BUY', 'HOLD', 'SELL']);
    expect((await run(options)).model.equals(model)).toBe(true);
  });
});
