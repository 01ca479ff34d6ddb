import { type JsonLimits, MODEL_FILES } from '@ktrdr/contracts';
import { LIMITS } from '@ktrdr/strategy';

export type ModelFile = (typeof MODEL_FILES)[number];

const MIB = 2 ** 20;
const FLOAT_BYTES = 4;

/** Largest size of each file of a model, bytes. */
export const MOST_BYTES: Record<ModelFile, number> = {
  // all weights of the largest network; its nodes and texts take much less than 8 MiB
  'model.onnx': LIMITS.networkWeights * FLOAT_BYTES + 8 * MIB,
  'strategy.yaml': LIMITS.fileBytes,
  // a sample row with one number for each value of the largest window that is stored
  'features.json': 4 * MIB,
  // its largest lists: a thousand entries of the history, of features and of bars files
  'metrics.json': 2 * MIB,
  'metadata.json': MIB,
};

/** A table and a page with some hundred bytes for each of the largest number of epochs. */
const MOST_ANALYTICS_BYTES = 128 * MIB;

/**
 * Largest size of a file that a host sends, bytes.
 *
 * @param path `model/model.onnx`, `analytics/report.html`
 * @param parameters of the network that it has trained
 */
export function mostFileBytes(path: string, parameters: number): number {
  const [folder, name] = path.split('/') as [string, ModelFile];
  if (folder !== 'model') return MOST_ANALYTICS_BYTES;
  return name === 'model.onnx' ? parameters * FLOAT_BYTES + 8 * MIB : MOST_BYTES[name];
}

const DEPTH = 32;

/** What the JSON files of a model may hold. */
export const JSON_LIMITS: Record<'features.json' | 'metrics.json' | 'metadata.json', JsonLimits> = {
  'features.json': { depth: DEPTH, values: 200_000 },
  'metrics.json': { depth: DEPTH, values: 100_000 },
  'metadata.json': { depth: DEPTH, values: 10_000 },
};
