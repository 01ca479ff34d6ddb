import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartTrainingRequest, TrainingResult } from '@ktrdr/contracts';
import { strategyText } from '@ktrdr/service-kit/testing';

/** A training of a run. */
export interface PlannedTraining {
  seed: number;
  /** Whether it trains several seeds and folds, in the lanes that are free, instead of one seed. */
  hasMembers: boolean;
}

/** A training of a few seconds that writes some checkpoints. It mostly waits, and leaves the processor to the services. */
const TRAINING = strategyText({ epochs: 40, batchSize: 256, paceMs: 10 });
/** The same for several seeds and folds. */
const MEMBERS = strategyText({ epochs: 10, batchSize: 256, paceMs: 10 });

export function requestOf({ seed, hasMembers }: PlannedTraining): StartTrainingRequest {
  return hasMembers ? { strategy: MEMBERS, seed, seeds: 3, walk_forward: 2 } : { strategy: TRAINING, seed };
}

/** Identifies a training among the trainings of all runs. Takes the arguments of its operation. */
export function keyOf(seed: unknown, seeds: unknown): string {
  return JSON.stringify({ seed, seeds: seeds ?? 1 });
}

/** The outcome that no fault may change: the bytes of the model, and the scores of its seeds and folds. */
export async function outcomeOf({ artifacts, seeds, walk_forward }: TrainingResult): Promise<string> {
  const model = await readFile(join(artifacts.model_path ?? '', 'model.onnx'));
  const sha256 = createHash('sha256').update(model).digest('hex');
  return JSON.stringify({ model: sha256, seeds, walk_forward }, sorted);
}

/** For `JSON.stringify`: a result that PostgreSQL has stored has its keys in another order. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
