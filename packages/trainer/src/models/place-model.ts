import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KtrdrError, shown, type Timeframe, type Verdict } from '@ktrdr/contracts';
import { filesBelow } from '../files/artifacts.js';
import { sha256, syncToDisk } from '../files/checksum.js';
import { toJson } from '../files/json.js';
import type { ModelMetadata } from './model-metadata.js';
import { jsonOf, METADATA, type ReadModel } from './read-model.js';
import { highestNumber } from './version-folders.js';

/** Error codes of renaming a folder onto one with files. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST']);
/** Much more than the number of processes that ever commit at the same time. */
const MAX_TRIES = 100;

/** A stored model. */
export interface StoredModel {
  /** `strategy/timeframe_vN` */
  model: string;
  /** Absolute path of its directory. */
  path: string;
}

/** Renames a staged model to the next free number. If another process takes that number first, tries the next. */
export async function placeModel(
  modelsDir: string,
  source: string,
  { metadata, strategy, timeframe }: { metadata: ModelMetadata; strategy: string; timeframe: Timeframe },
): Promise<StoredModel> {
  const folder = join(modelsDir, strategy);
  await syncAll(source);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const version = `${timeframe}_v${(await highestNumber(folder, timeframe)) + 1}`;
    const model = `${strategy}/${version}`;
    await writeFile(join(source, METADATA), toJson({ ...metadata, model, version }));
    await syncToDisk(join(source, METADATA));
    await syncToDisk(source);
    const path = join(folder, version);
    try {
      await rename(source, path);
    } catch (error) {
      if (TAKEN.has((error as NodeJS.ErrnoException).code ?? '')) continue;
      throw error;
    }
    await syncToDisk(folder);
    await syncToDisk(modelsDir);
    return { model, path };
  }
  throw new Error(`No free number for ${strategy}/${timeframe} after ${MAX_TRIES} tries.`);
}

/** Files that a host sends may name another operation: its model would count as that operation's (I14). */
export function checkOperation({ operation_id: named }: ModelMetadata, operationId: string): void {
  if (named === operationId) return;
  throw new KtrdrError(
    'model_damaged',
    `The model names the operation ${shown(named)}, but ${operationId} trained it. Nothing was stored; train again.`,
    { details: { file: METADATA, operation_id: named } },
  );
}

/** Writes a verdict into a staged model. @returns the metadata to write, with the new checksum */
export async function judged(directory: string, staged: ReadModel, verdict: Verdict): Promise<ModelMetadata> {
  const file = 'metrics.json';
  const content = toJson({ ...jsonOf(staged, file), verdict });
  await writeFile(join(directory, file), content);
  const { metadata } = staged;
  return {
    ...metadata,
    verdict: verdict.label,
    checksums: { ...metadata.checksums, [file]: sha256(content) },
  };
}

async function syncAll(directory: string): Promise<void> {
  const folders = new Set([directory]);
  for (const file of await filesBelow(directory)) {
    const path = join(directory, file);
    await syncToDisk(path);
    folders.add(dirname(path));
  }
  for (const folder of folders) await syncToDisk(folder);
}
