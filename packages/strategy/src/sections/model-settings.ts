import { z } from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import { ACTIVATIONS } from '../model.js';
import type { ModelSettings, StrategyVersion } from '../model.js';
import { choice, describe, flag, real, whole } from '../schema.js';
import type { Reader } from '../section.js';

const ARCHITECTURE = z.object({
  hidden_layers: z
    .array(whole(1, LIMITS.layerUnits), {
      error: (issue) => `is ${describe(issue.input)}; must be a list of layer sizes such as [64, 32]`,
    })
    .min(1, { error: 'is an empty list; write at least one layer size such as [64, 32]' })
    .max(LIMITS.hiddenLayers, {
      error: (issue) =>
        `has ${(issue.input as unknown[]).length} layers; at most ${LIMITS.hiddenLayers} are allowed`,
    }),
  activation: choice(ACTIVATIONS).default('relu'),
  dropout: real({ min: 0, below: 1 }).default(0.2),
});

/** Settings of other network types, or of nothing at all. */
const WITHOUT_EFFECT = ['output_activation'];
const OF_OTHER_MODELS = [
  'hidden_size',
  'num_layers',
  'sequence_length',
  'filters',
  'kernel_size',
  'pool_size',
];
/** v1 files without a model. */
const V1_MODEL: ModelSettings = { type: 'mlp', hiddenLayers: [50, 25], activation: 'relu', dropout: 0.2 };

/** The network: `model.type` and `model.architecture`. */
export function readModel(reader: Reader, version: StrategyVersion): ModelSettings | null {
  if (version === 'v1' && reader.document.get(['model']) === undefined) return V1_MODEL;
  const map = reader.map(
    ['model'],
    'write for instance {type: mlp, architecture: {hidden_layers: [64, 32]}}',
  );
  if (map === null) return null;
  const ignored = ['input_size', 'output_size', 'symbol_embedding_dim'];
  reader.warnUnknown(['model'], ['type', 'architecture', 'features', 'training', ...ignored]);
  const type = reader.parse(choice(['mlp']), map['type'], ['model', 'type']);
  if (type === null) return null;
  const path: Path = ['model', 'architecture'];
  const written = reader.map(
    path,
    'write for instance {hidden_layers: [64, 32], activation: relu, dropout: 0.2}',
  );
  if (written === null) return null;
  reader.warnUnknown(path, [...Object.keys(ARCHITECTURE.shape), ...WITHOUT_EFFECT, ...OF_OTHER_MODELS]);
  for (const key of OF_OTHER_MODELS) {
    if (written[key] !== undefined) reader.warn([...path, key], 'has no effect on an mlp');
  }
  const architecture = reader.parse(ARCHITECTURE, written, path);
  if (architecture === null) return null;
  const { hidden_layers: hiddenLayers, activation, dropout } = architecture;
  return { type, hiddenLayers, activation, dropout };
}

/** L of `model.features.lookback_periods`: lags for v1 and v2; v3 has none. `null` where it has errors. */
export function readLookbackPeriods(reader: Reader, version: StrategyVersion): number | null {
  const path: Path = ['model', 'features'];
  const map = reader.document.get(path) == null ? null : reader.map(path);
  if (map === null) return version === 'v1' ? 2 : 0;
  const include = ['include_price_context', 'include_volume_context', 'include_raw_indicators'];
  const silent = ['scale_features', 'scaling_method', 'timeframe_features', 'feature_combination'];
  reader.warnUnknown(path, ['lookback_periods', ...include, ...silent]);
  for (const key of include) {
    if (map[key] !== undefined && reader.parse(flag(), map[key], [...path, key]) === true) {
      reader.warn([...path, key], 'has no effect: the inputs are the fuzzy sets alone');
    }
  }
  const lookback = [...path, 'lookback_periods'];
  const periods = reader.parse(
    whole(0, LIMITS.lookbackPeriods).default(0),
    map['lookback_periods'],
    lookback,
  );
  if (version !== 'v3') return periods;
  if (periods !== null && periods > 0) reader.warn(lookback, 'is not applied in a v3 file');
  return periods === null ? null : 0;
}
