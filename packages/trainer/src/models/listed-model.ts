import { stat } from 'node:fs/promises';
import {
  KtrdrError,
  type ListedModel,
  MODEL_VERSION_PATTERN,
  type ModelDamage,
  type UnreadableModel,
} from '@ktrdr/contracts';
import { damageText, summaryOf } from './model-metadata.js';
import { directoryOf, fileDamage, METADATA, type ModelFolder, readMetadata } from './read-model.js';

/** The entry of one model in lists, or `null` if the model was deleted in the meantime. */
export async function listedModel(
  strategy: string,
  version: string,
  folder: ModelFolder,
): Promise<ListedModel | null> {
  const path = directoryOf(folder);
  const listed = await readMetadata(folder)
    .then(async (metadata) => summaryOf(metadata, path, await fileDamage(folder, metadata)))
    .catch((error: unknown) => unreadable(strategy, version, path, damageOf(error)));
  return listed.damage !== null && (await isGone(path)) ? null : listed;
}

/** Whether a file or folder does not exist any more. */
export async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
}

/** The entry of a model without readable metadata. Without a version: of a strategy's folder. */
export function unreadable(
  strategy: string,
  version: string | null,
  path: string,
  damage: ModelDamage,
): UnreadableModel {
  const model = version === null ? strategy : `${strategy}/${version}`;
  return {
    model,
    strategy,
    version,
    timeframe: version === null ? null : MODEL_VERSION_PATTERN.exec(version)![1]!,
    symbols: [],
    model_type: null,
    engine: null,
    seed: null,
    created_at: null,
    test_accuracy: null,
    baseline_accuracy: null,
    verdict: null,
    path,
    problem: version === null ? `Its folder ${damage.reason}.` : damageText(model, damage),
    damage,
  };
}

/** The damage that an error describes. @throws the error itself if it is not about a model's files */
export function damageOf(error: unknown): ModelDamage {
  if (!(error instanceof KtrdrError)) throw error;
  if (error.code === 'model_damaged') return error.details as ModelDamage;
  if (error.code !== 'storage_failed') throw error;
  const { cause, path } = error.details as { cause: string | null; path: string };
  return {
    file: path.endsWith(METADATA) ? METADATA : null,
    reason: `cannot be read (${cause ?? error.message})`,
  };
}
