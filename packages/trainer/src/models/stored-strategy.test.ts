import { expect, test } from '@jest/globals';
import { parseStrategy } from '@ktrdr/strategy';
import { metadataOf } from '../testing/model-metadata.js';
import type { ReadModel } from './read-model.js';
import { storedStrategy, strategyToPredict } from './stored-strategy.js';

const strategyWith = (indicator: string): string => `name: stored
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAPL }
  timeframes: { mode: single, timeframe: 1h }
indicators:
  shown: ${indicator}
fuzzy_sets:
  pace: { indicator: shown, low: [0, 25, 50], high: [50, 75, 100] }
nn_inputs:
  - { fuzzy_set: pace, timeframes: all }
model: { type: mlp, architecture: { hidden_layers: [4], activation: relu } }
decisions: { output_format: classification }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.02 }
  epochs: 3
`;

function model(indicator: string, format: number): ReadModel {
  const text = strategyWith(indicator);
  const { features } = parseStrategy(text, { file: 'strategy.yaml' }).strategy;
  const files = {
    'strategy.yaml': text,
    'features.json': JSON.stringify({ features: features.map((name) => ({ name })) }),
  };
  return {
    directory: '/models/stored/1h_v1',
    metadata: metadataOf({ format, model: 'stored/1h_v1' }),
    files: new Map(Object.entries(files).map(([file, content]) => [file, Buffer.from(content)])),
  };
}

test.each(['{ type: supertrend, period: 10 }', '{ type: relative_vigor_index, period: 10 }'])(
  'an early model with %s gets no new inputs, because the indicator had other values then',
  (indicator) => {
    const early = model(indicator, 2);
    expect(() => strategyToPredict(early)).toThrow(
      expect.objectContaining({
        code: 'model_unsupported',
        message: expect.stringMatching(
          /^stored\/1h_v1 cannot be used: its indicator shown \(.+\) had other values/,
        ),
      }),
    );
    expect(storedStrategy(early).indicators).toHaveLength(1);
    expect(strategyToPredict(model(indicator, 3)).indicators).toHaveLength(1);
  },
);

test('an early model with other indicators still predicts', () => {
  expect(strategyToPredict(model('{ type: rsi, period: 5 }', 2)).name).toBe('stored');
});
