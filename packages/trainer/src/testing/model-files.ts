import { modelGraph } from '../engines/onnx/model-graph.js';
import { sha256 } from '../files/checksum.js';
import { toJson } from '../files/json.js';
import { modelInterface } from '../models/model-interface.js';
import { type ModelSpec, parameterCount } from '../network/model-spec.js';

/** The network of {@link modelFilesOf}, as `metadataOf` describes it. */
const SPEC: ModelSpec = {
  type: 'mlp',
  inputs: 2,
  layers: [{ units: 4, activation: 'relu', dropout: 0 }],
  outputs: 3,
};
const CLASSES = ['BUY', 'HOLD', 'SELL'];

/** The files of a small model without `metadata.json`, which loads. Tests override what they need. */
export function modelFilesOf(other: Record<string, string | Uint8Array> = {}): Record<string, Uint8Array> {
  const parameters = Float32Array.from({ length: parameterCount(SPEC) }, (_, index) => Math.sin(index));
  const files = {
    'model.onnx': modelGraph(SPEC, parameters, [{ method: 'none' }, { method: 'none' }]),
    'strategy.yaml': 'name: momentum\n',
    'features.json': toJson({
      feature_count: 2,
      features: [
        { name: '1h_a', normalisation: { method: 'none' } },
        { name: '1h_b', normalisation: { method: 'zscore', mean: 0.5, std: 2 } },
      ],
      classes: CLASSES,
      base_timeframe: '1h',
      timeframes: ['1h'],
      lookback_periods: 1,
      history_required: 50,
      ...modelInterface(SPEC, CLASSES),
      sample: { symbol: 'AAPL', time: '2024-01-01', input: [0, 1], outputs: [0, 1, 2], probabilities: null },
    }),
    'metrics.json': toJson({ test_metrics: null, validation_metrics: null, baselines: null, verdict: null }),
    ...other,
  };
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]));
}

/** The checksums for `metadata.json`. */
export function checksumsOf(files: Record<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)]));
}
