import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type ArtifactFile,
  KtrdrError,
  type ListedModel,
  MODEL_VERSION_PATTERN,
  type ModelDamage,
  type ModelSummary,
  STRATEGY_NAME_PATTERN,
  STRATEGY_NAME_RULE,
  type Timeframe,
  type UnreadableModel,
} from '@ktrdr/contracts';
import { filesBelow, writeArtifacts } from '../files/artifacts.js';
import { syncToDisk } from '../files/checksum.js';
import { toJson } from '../files/json.js';
import { damageText, type ModelMetadata, summaryOf } from './model-metadata.js';
import { jsonOf, METADATA, missingFile, type ReadModel, readMetadata, readModel } from './read-model.js';
import { Staging } from '../files/staging.js';
import { storageError, unlessMissing } from '../files/storage-error.js';

/** Errors of renaming a folder onto one that has files. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST']);
/** A file `1h_v3.deleted` beside the models: that number is not given again. */
const DELETED_SUFFIX = '.deleted';
/** Below the models' folder: what is being removed. */
const TRASH = '.deleted';
/** Far more than processes ever finish at the same moment. */
const MAX_TRIES = 100;

/** A model that is in its place. */
export interface StoredModel {
  /** `strategy/timeframe_vN` */
  model: string;
  /** Its directory, absolute. */
  path: string;
}

/** One stored model whose files were found as they were written. */
export interface ModelDetails {
  summary: ModelSummary;
  metadata: ModelMetadata;
  /** `metrics.json` and `features.json` as stored. */
  metrics: unknown;
  features: unknown;
  /** File names inside the directory. */
  files: string[];
}

/**
 * Models on disk: `{modelsDir}/{strategy}/{timeframe}_v{N}/`, each written whole or not at all.
 * A run writes into a staging folder beside them (same file system), `commit` renames it into place.
 */
export class ModelStorage {
  private readonly modelsDir: string;
  private readonly staging: Staging;

  constructor(modelsDir: string) {
    this.modelsDir = resolve(modelsDir);
    this.staging = new Staging(this.modelsDir);
  }

  /**
   * An empty folder for one run: the trainer's `outputDir`.
   *
   * @throws KtrdrError `invalid_name`, `disk_full`, `storage_failed`
   */
  async stage(operationId: string): Promise<string> {
    try {
      return await this.staging.create(operationId);
    } catch (error) {
      throw storageError(error, `creating a folder in ${this.staging.directory}`);
    }
  }

  /**
   * Writes fetched files into a staging folder.
   *
   * @throws KtrdrError `model_damaged` where a checksum differs, `invalid_name`, `disk_full`, `storage_failed`
   */
  writeArtifacts(stagingDir: string, files: readonly ArtifactFile[]): Promise<void> {
    return writeArtifacts(stagingDir, files);
  }

  /**
   * Gives the staged model the next free number; one that its operation has stored before is left as it is and counts: the
   * operation was interrupted between this and its end. The staging folder is gone afterwards, also when it fails.
   *
   * @throws KtrdrError `disk_full`, `storage_failed`, `model_damaged`, `model_unsupported`
   */
  async commit(
    stagingDir: string,
    { strategy, timeframe }: { strategy: string; timeframe: Timeframe },
  ): Promise<StoredModel> {
    checkStrategyName(strategy);
    try {
      const source = join(stagingDir, 'model');
      const { metadata } = await readModel(source);
      await mkdir(join(this.modelsDir, strategy), { recursive: true });
      const stored =
        (await this.ofOperation(metadata.operation_id, strategy)) ??
        (await this.place(source, metadata, strategy, timeframe));
      await this.discard(stagingDir);
      return stored;
    } catch (error) {
      await this.discard(stagingDir);
      throw storageError(error, `storing the model in ${join(this.modelsDir, strategy)}`);
    }
  }

  /** Removes a staging folder whose run ended without a model. Never rejects: the run's own error is the one to report. */
  async discard(stagingDir: string): Promise<void> {
    await this.staging.discard(stagingDir);
  }

  /**
   * Removes a staging folder.
   *
   * @throws Error of the file system
   */
  async removeStaged(stagingDir: string): Promise<void> {
    await this.staging.remove(stagingDir);
  }

  /**
   * All models, newest first. Damaged models are included; those without readable metadata come last.
   *
   * @throws KtrdrError `storage_failed` if the models' folder is missing or cannot be read
   */
  async list(): Promise<ListedModel[]> {
    const models: ListedModel[] = [];
    for (const strategy of await this.strategies()) {
      const folder = join(this.modelsDir, strategy);
      try {
        for (const version of await directoriesIn(folder, MODEL_VERSION_PATTERN)) {
          const listed = await listedModel(strategy, version, join(folder, version));
          if (listed !== null) models.push(listed);
        }
      } catch (error) {
        models.push(unreadable(strategy, null, folder, damageOf(error)));
      }
    }
    return models.toSorted(
      (a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? '') || a.model.localeCompare(b.model),
    );
  }

  /**
   * One model, its files compared with their checksums.
   *
   * @throws KtrdrError as `load`
   */
  async get(strategy: string, version: string): Promise<ModelDetails> {
    const model = await this.load(strategy, version);
    return {
      summary: summaryOf(model.metadata, model.directory),
      metadata: model.metadata,
      metrics: jsonOf(model, 'metrics.json'),
      features: jsonOf(model, 'features.json'),
      files: [...model.files.keys(), METADATA].toSorted(),
    };
  }

  /**
   * One model with the content of its files, compared with their checksums.
   *
   * @throws KtrdrError `invalid_name`, `model_not_found`, `model_damaged` naming the file, `model_unsupported` where a
   * later version stored it, `storage_failed`
   */
  async load(strategy: string, version: string): Promise<ReadModel> {
    checkModelName(strategy, version);
    if (!(await this.has(strategy, version))) throw modelNotFound(strategy, version);
    const path = join(this.modelsDir, strategy, version);
    try {
      return await readModel(path);
    } catch (error) {
      // deleted meanwhile
      if (await isGone(path)) throw modelNotFound(strategy, version);
      throw error;
    }
  }

  /**
   * Removes a model, whatever state it is in: first it is renamed away, in one step, then its files go. Its number is not
   * given again, so that a name means one model for good.
   *
   * @throws KtrdrError `invalid_name`, `model_not_found`, `storage_failed`
   */
  async delete(strategy: string, version: string): Promise<void> {
    checkModelName(strategy, version);
    if (!(await this.has(strategy, version))) throw modelNotFound(strategy, version);
    const path = join(this.modelsDir, strategy, version);
    const away = join(this.modelsDir, TRASH, `${strategy}-${version}`);
    try {
      await writeFile(`${path}${DELETED_SUFFIX}`, '');
      await mkdir(dirname(away), { recursive: true });
      await rm(away, { recursive: true, force: true });
      await rename(path, away);
      await syncToDisk(dirname(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw modelNotFound(strategy, version);
      throw deletionError(
        error,
        `${path} was not deleted and is as it was. Check the permissions of MODELS_DIR.`,
      );
    }
    await rm(away, { recursive: true, force: true }).catch((error: unknown) => {
      throw deletionError(
        error,
        `${path} is deleted, but files of it are left in ${away}. The next start removes them.`,
      );
    });
  }

  /**
   * Removes staging folders that a stopped service left behind, and the rest of models that were being deleted; call it at
   * start-up. Returns the names of the former.
   */
  async removeStale(): Promise<string[]> {
    const removed = await this.staging.removeStale();
    const trash = join(this.modelsDir, TRASH);
    await rm(trash, { recursive: true, force: true }).catch((error: unknown) => {
      throw deletionError(error, `${trash} cannot be removed. Check its permissions.`);
    });
    return removed;
  }

  /** @throws KtrdrError `storage_failed` if the folder is missing: the service created it at its start */
  private async strategies(): Promise<string[]> {
    const names = await directoriesIn(this.modelsDir, STRATEGY_NAME_PATTERN, null);
    if (names !== null) return names;
    throw new KtrdrError(
      'storage_failed',
      `${this.modelsDir} is missing: the folder of MODELS_DIR was moved or removed. Restore it, or restart the API to begin with an empty folder.`,
      { details: { path: this.modelsDir, cause: 'ENOENT' } },
    );
  }

  private async has(strategy: string, version: string): Promise<boolean> {
    if (!(await this.strategies()).includes(strategy)) return false;
    return (await directoriesIn(join(this.modelsDir, strategy), MODEL_VERSION_PATTERN)).includes(version);
  }

  /** Two processes may want one number: the rename of one of them fails, and it takes the next. */
  private async ofOperation(operationId: string, strategy: string): Promise<StoredModel | null> {
    const found = (await this.modelsOf(strategy)).find(
      ({ metadata }) => metadata.operation_id === operationId && metadata.model !== null,
    );
    return found === undefined ? null : { model: found.metadata.model as string, path: found.path };
  }

  /** Those of one strategy whose metadata can be read. */
  private async modelsOf(strategy: string): Promise<{ metadata: ModelMetadata; path: string }[]> {
    const folder = join(this.modelsDir, strategy);
    const models: { metadata: ModelMetadata; path: string }[] = [];
    for (const version of await directoriesIn(folder, MODEL_VERSION_PATTERN)) {
      const path = join(folder, version);
      try {
        models.push({ metadata: await readMetadata(path), path });
      } catch (error) {
        damageOf(error);
      }
    }
    return models;
  }

  private async place(
    source: string,
    metadata: ModelMetadata,
    strategy: string,
    timeframe: Timeframe,
  ): Promise<StoredModel> {
    const folder = join(this.modelsDir, strategy);
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
      await syncToDisk(this.modelsDir);
      return { model, path };
    }
    throw new Error(`no free number for ${strategy}/${timeframe} after ${MAX_TRIES} tries`);
  }
}

function checkModelName(strategy: string, version: string): void {
  checkStrategyName(strategy);
  if (MODEL_VERSION_PATTERN.test(version)) return;
  throw new KtrdrError('invalid_name', `'${version}' is not a model's version; one looks like 1h_v3.`);
}

function modelNotFound(strategy: string, version: string): KtrdrError {
  return new KtrdrError(
    'model_not_found',
    `There is no model ${strategy}/${version}. See what there is: ktrdr models list`,
  );
}

function checkStrategyName(strategy: string): void {
  if (!STRATEGY_NAME_PATTERN.test(strategy)) {
    throw new KtrdrError(
      'invalid_name',
      `'${strategy}' is not a strategy name: it must be ${STRATEGY_NAME_RULE}.`,
    );
  }
}

function deletionError(cause: unknown, message: string): KtrdrError {
  const { code = null } = cause as NodeJS.ErrnoException;
  return new KtrdrError('storage_failed', message, { details: { cause: code }, cause });
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

/** `null` if the model was deleted in the meantime. */
async function listedModel(strategy: string, version: string, path: string): Promise<ListedModel | null> {
  const listed = await readMetadata(path)
    .then(async (metadata) => summaryOf(metadata, path, await missingFile(path, metadata)))
    .catch((error: unknown) => unreadable(strategy, version, path, damageOf(error)));
  return listed.damage !== null && (await isGone(path)) ? null : listed;
}

async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
}

function unreadable(
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
    path,
    problem: version === null ? `Its folder ${damage.reason}.` : damageText(model, damage),
    damage,
  };
}

/** The damage that an error describes. @throws the error itself if it is not about a model's files */
function damageOf(error: unknown): ModelDamage {
  if (!(error instanceof KtrdrError)) throw error;
  if (error.code === 'model_damaged') return error.details as ModelDamage;
  if (error.code !== 'storage_failed') throw error;
  const { cause, path } = error.details as { cause: string | null; path: string };
  return {
    file: path.endsWith(METADATA) ? METADATA : null,
    reason: `cannot be read (${cause ?? error.message})`,
  };
}

async function directoriesIn(directory: string, pattern: RegExp): Promise<string[]>;
/** @returns `otherwise` if there is no such directory */
async function directoriesIn<T>(directory: string, pattern: RegExp, otherwise: T): Promise<string[] | T>;
async function directoriesIn(directory: string, pattern: RegExp, otherwise: unknown = []): Promise<unknown> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) =>
    unlessMissing(error, directory, null),
  );
  if (entries === null) return otherwise;
  return entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name)).map(({ name }) => name);
}

/** Numbers of deleted models count. */
async function highestNumber(folder: string, timeframe: Timeframe): Promise<number> {
  let highest = 0;
  for (const name of await readdir(folder)) {
    const [, of, number] = MODEL_VERSION_PATTERN.exec(name.replace(DELETED_SUFFIX, '')) ?? [];
    if (of === timeframe) highest = Math.max(highest, Number(number));
  }
  return highest;
}
