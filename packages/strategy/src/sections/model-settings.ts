import * as z from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import { ACTIVATIONS, MODEL_TYPES } from '../model.js';
import type { CnnSettings, ModelSettings, StrategyVersion } from '../model.js';
import { stepsAfterPooling } from '../network-size.js';
import { choice, describe, flag, real, whole } from '../schema.js';
import type { Reader } from '../section.js';

const DROPOUT = real({ min: 0, below: 1 })
  .default(0.2)
  .describe('Dropout: share of the units that each training step leaves out at random.');
const SEQUENCE_LENGTH = whole(LIMITS.sequenceLength.min, LIMITS.sequenceLength.max).describe(
  "Length of the window in bars: the row's own bar and the bars before it.",
);
const ACTIVATION = choice(ACTIVATIONS).default('relu').describe('Activation of each layer.');

/** A list of sizes, such as those of layers. */
function sizes(example: string, most: number, largest: number) {
  return z
    .array(whole(1, largest), {
      error: (issue) => `is ${describe(issue.input)}; must be a list of sizes such as ${example}`,
    })
    .min(1, { error: `is an empty list; write at least one size such as ${example}` })
    .max(most, {
      error: (issue) => `has ${(issue.input as unknown[]).length} layers; at most ${most} are allowed`,
    });
}

const HIDDEN_LAYERS = sizes('[64, 32]', LIMITS.hiddenLayers, LIMITS.layerUnits);
const RECURRENT = z.object({
  sequence_length: SEQUENCE_LENGTH,
  hidden_size: whole(1, LIMITS.hiddenSize).default(64).describe('Units of each recurrent layer.'),
  num_layers: whole(1, LIMITS.recurrentLayers).default(2).describe('Number of recurrent layers.'),
  dropout: DROPOUT,
});

/** Schema of `model.architecture` for each type. */
export const ARCHITECTURES = {
  mlp: z.object({
    hidden_layers: HIDDEN_LAYERS.describe('Units of each dense layer, from the inputs to the outputs.'),
    activation: ACTIVATION,
    dropout: DROPOUT,
  }),
  lstm: RECURRENT,
  gru: RECURRENT,
  cnn: z.object({
    sequence_length: SEQUENCE_LENGTH,
    filters: sizes('[32]', LIMITS.convolutions, LIMITS.filters)
      .default([32])
      .describe('Filters of each convolution over time.'),
    kernel_size: whole(1, LIMITS.kernelSize).default(3).describe('Bars that a filter sees at once.'),
    pool_size: whole(1, LIMITS.poolSize)
      .default(2)
      .describe('Max pooling keeps the largest of this many neighbouring values.'),
    hidden_layers: HIDDEN_LAYERS.default([64]).describe('Units of each dense layer after the convolutions.'),
    activation: ACTIVATION,
    dropout: DROPOUT,
  }),
} satisfies Record<ModelSettings['type'], z.ZodObject>;

/** Known settings that have no effect. */
const IGNORED_KEYS = ['output_activation'];
const OF_ANY_MODEL = [
  ...new Set(Object.values(ARCHITECTURES).flatMap((architecture) => Object.keys(architecture.shape))),
];
/** Default for v1 files without a model. */
const V1_MODEL: ModelSettings = { type: 'mlp', hiddenLayers: [50, 25], activation: 'relu', dropout: 0.2 };
const EXAMPLES: Record<ModelSettings['type'], string> = {
  mlp: '{hidden_layers: [64, 32], activation: relu, dropout: 0.2}',
  lstm: '{sequence_length: 20, hidden_size: 64, num_layers: 2, dropout: 0.2}',
  gru: '{sequence_length: 20, hidden_size: 64, num_layers: 2, dropout: 0.2}',
  cnn: '{sequence_length: 20, filters: [32], kernel_size: 3, pool_size: 2, hidden_layers: [64]}',
};
const PATH: Path = ['model', 'architecture'];

/** Reads the network: `model.type` and `model.architecture`. */
export function readModel(reader: Reader, version: StrategyVersion): ModelSettings | null {
  if (version === 'v1' && reader.document.get(['model']) === undefined) return V1_MODEL;
  const map = reader.map(['model'], `write for instance {type: mlp, architecture: ${EXAMPLES.mlp}}`);
  if (map === null) return null;
  const ignored = ['input_size', 'output_size', 'symbol_embedding_dim'];
  reader.warnUnknown(['model'], ['type', 'architecture', 'features', 'training', ...ignored]);
  const type = reader.parse(choice(MODEL_TYPES), map['type'], ['model', 'type']);
  if (type === null) return null;
  const written = reader.map(PATH, `write for instance ${EXAMPLES[type]}`);
  if (written === null) return null;
  switch (type) {
    case 'mlp':
      return readMlp(reader, written);
    case 'lstm':
    case 'gru':
      return readRecurrent(reader, written, type);
    case 'cnn':
      return readCnn(reader, written);
  }
}

function readMlp(reader: Reader, written: Record<string, unknown>): ModelSettings | null {
  warnOfOthers(reader, written, 'an mlp', ARCHITECTURES.mlp);
  const architecture = reader.parse(ARCHITECTURES.mlp, written, PATH);
  if (architecture === null) return null;
  const { hidden_layers: hiddenLayers, activation, dropout } = architecture;
  return { type: 'mlp', hiddenLayers, activation, dropout };
}

function readRecurrent(
  reader: Reader,
  written: Record<string, unknown>,
  type: 'lstm' | 'gru',
): ModelSettings | null {
  const { hidden_layers: hiddenLayers, ...others } = written;
  if (hiddenLayers !== undefined) {
    reader.error(
      [...PATH, 'hidden_layers'],
      `does not apply to a model of type ${type}; write hidden_size and num_layers instead`,
    );
  }
  warnOfOthers(reader, others, `a model of type ${type}`, RECURRENT);
  const architecture = reader.parse(RECURRENT, written, PATH);
  if (architecture === null || hiddenLayers !== undefined) return null;
  const { sequence_length: sequenceLength, hidden_size: hiddenSize, num_layers: layers } = architecture;
  if (sequenceLength * layers > LIMITS.recurrentSteps) {
    reader.error(
      [...PATH, 'sequence_length'],
      `is ${sequenceLength}, with num_layers ${layers}: sequence_length x num_layers must be at most ${LIMITS.recurrentSteps}`,
    );
    return null;
  }
  return { type, sequenceLength, hiddenSize, layers, dropout: architecture.dropout };
}

function readCnn(reader: Reader, written: Record<string, unknown>): ModelSettings | null {
  warnOfOthers(reader, written, 'a cnn', ARCHITECTURES.cnn);
  const architecture = reader.parse(ARCHITECTURES.cnn, written, PATH);
  if (architecture === null) return null;
  const model: CnnSettings = {
    type: 'cnn',
    sequenceLength: architecture.sequence_length,
    filters: architecture.filters,
    kernelSize: architecture.kernel_size,
    poolSize: architecture.pool_size,
    hiddenLayers: architecture.hidden_layers,
    activation: architecture.activation,
    dropout: architecture.dropout,
  };
  const left = stepsAfterPooling(model);
  if (left.at(-1)! >= 1) return model;
  const bars = `a window of ${model.sequenceLength} bars`;
  reader.error(
    [...PATH, 'sequence_length'],
    `is too short: ${bars} is used up by convolution ${left.length} of ${model.filters.length} (kernel_size ${model.kernelSize}, pool_size ${model.poolSize}); use more bars or fewer filters`,
  );
  return null;
}

/** Warns of settings of other types, and of unknown settings. */
function warnOfOthers(
  reader: Reader,
  written: Record<string, unknown>,
  model: string,
  architecture: { shape: object },
): void {
  reader.warnUnknown(PATH, [...OF_ANY_MODEL, ...IGNORED_KEYS]);
  for (const key of OF_ANY_MODEL) {
    if (written[key] === undefined || key in architecture.shape) continue;
    reader.warn([...PATH, key], `has no effect on ${model}`);
  }
}

/** Reads L from `model.features.lookback_periods`: the lags of v1 and v2; v3 has none. `null` if it has errors. */
export function readLookbackPeriods(reader: Reader, version: StrategyVersion): number | null {
  const path: Path = ['model', 'features'];
  const map = reader.document.get(path) == null ? null : reader.map(path);
  if (map === null) return version === 'v1' ? 2 : 0;
  const include = ['include_price_context', 'include_volume_context', 'include_raw_indicators'];
  const silent = ['scale_features', 'scaling_method', 'timeframe_features', 'feature_combination'];
  reader.warnUnknown(path, ['lookback_periods', ...include, ...silent]);
  for (const key of include) {
    if (map[key] !== undefined && reader.parse(flag(), map[key], [...path, key]) === true) {
      reader.warn([...path, key], 'has no effect: only fuzzy sets are inputs');
    }
  }
  const lookback = [...path, 'lookback_periods'];
  const periods = reader.parse(
    whole(0, LIMITS.lookbackPeriods).default(0),
    map['lookback_periods'],
    lookback,
  );
  if (version !== 'v3') return periods;
  if (periods !== null && periods > 0) reader.warn(lookback, 'is not used in a v3 file');
  return periods === null ? null : 0;
}
