import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  folderMissing,
  KtrdrError,
  type ListedModel,
  MODEL_FILES,
  MODEL_VERSION_PATTERN,
  type ModelSummary,
  shown,
  STRATEGY_NAME_PATTERN,
  type Timeframe,
  type Verdict,
} from '@ktrdr/contracts';
import type { OutsideFile } from '@ktrdr/files';
import { syncToDisk } from '../files/checksum.js';
import { Staging } from '../files/staging.js';
import { storageError } from '../files/storage-error.js';
import { damageOf, isGone, listedModel, unreadable } from './listed-model.js';
import { type ModelMetadata, summaryOf } from './model-metadata.js';
import { checkModelName, checkStrategyName, modelNotFound } from './model-names.js';
import { checkOperation, judged, placeModel, type StoredModel } from './place-model.js';
import {
  directoryOf,
  jsonOf,
  METADATA,
  type ModelFolder,
  openModelFile,
  type ReadModel,
  readMetadata,
  readModel,
} from './read-model.js';
import { DELETED_SUFFIX, directoriesIn } from './version-folders.js';

/** Folder inside the models' folder for models that are being removed. */
const TRASH = '.deleted';

/** What is known of a model that is stored. */
export interface CommittedModel {
  strategy: string;
  timeframe: Timeframe;
  /** Replaces the verdict of the run, which did not know the other trials on these bars. */
  verdict?: Verdict | null;
}

/** A stored model whose files match their checksums. */
export interface ModelDetails {
  summary: ModelSummary;
  metadata: ModelMetadata;
  /** Content of `metrics.json` and `features.json`. */
  metrics: unknown;
  features: unknown;
  /** File names in the directory. */
  files: string[];
}

/**
 * Models on disk: `{modelsDir}/{strategy}/{timeframe}_v{N}/`. Each is stored atomically: a run writes into a staging folder on the same
 * file system, and `commit` renames it to its final name.
 */
export class ModelStorage {
  private readonly modelsDir: string;
  private readonly staging: Staging;

  constructor(modelsDir: string) {
    this.modelsDir = resolve(modelsDir);
    this.staging = new Staging(this.modelsDir);
  }

  /**
   * Creates an empty staging folder for one run: the trainer's `outputDir`.
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
   * Stores the staged model under the next free number and removes the staging folder, also after a failure. If the operation has
   * already stored a model (it was interrupted between the commit and its end), returns that model (I14).
   *
   * @param signal ends the reading of the staged files
   * @throws KtrdrError `disk_full`, `storage_failed`, `model_damaged`, `model_unsupported`
   * @throws the signal's reason
   */
  async commit(
    stagingDir: string,
    { strategy, timeframe, verdict }: CommittedModel,
    signal?: AbortSignal,
  ): Promise<StoredModel> {
    checkStrategyName(strategy);
    try {
      const source = join(stagingDir, 'model');
      const staged = await readModel({ root: stagingDir, path: 'model' }, signal);
      const operationId = this.staging.operationOf(stagingDir);
      checkOperation(staged.metadata, operationId);
      const metadata = verdict ? await judged(source, staged, verdict) : staged.metadata;
      await mkdir(join(this.modelsDir, strategy), { recursive: true });
      const stored =
        (await this.ofOperation(operationId, strategy)) ??
        (await placeModel(this.modelsDir, source, { metadata, strategy, timeframe }));
      await this.discard(stagingDir);
      return stored;
    } catch (error) {
      await this.discard(stagingDir);
      signal?.throwIfAborted();
      throw storageError(error, `storing the model in ${join(this.modelsDir, strategy)}`);
    }
  }

  /** Removes a staging folder after a run without a model. Never rejects, so that the caller can report the run's error. */
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
   * Lists all models, newest first. Includes damaged models; those without readable metadata come last.
   *
   * @throws KtrdrError `storage_failed` if the models' folder is missing or cannot be read
   */
  async list(): Promise<ListedModel[]> {
    const models: ListedModel[] = [];
    for (const strategy of await this.strategies()) {
      const folder = join(this.modelsDir, strategy);
      try {
        for (const version of await directoriesIn(folder, MODEL_VERSION_PATTERN)) {
          const listed = await listedModel(strategy, version, this.folderOf(strategy, version));
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
   * Opens one file of a model. Its content is not compared with its checksum. Close it after use.
   *
   * @throws KtrdrError `invalid_name`, `model_not_found`, `not_found` for a name that no file of a model has, `model_damaged`,
   * `storage_failed`
   */
  async open(strategy: string, version: string, name: string): Promise<OutsideFile> {
    checkModelName(strategy, version);
    const file = MODEL_FILES.find((known) => known === name);
    if (file === undefined) {
      const names = MODEL_FILES.join(', ');
      throw new KtrdrError('not_found', `A model has no file ${shown(name)}. Its files are ${names}.`);
    }
    if (!(await this.has(strategy, version))) throw modelNotFound(strategy, version);
    return openModelFile(this.folderOf(strategy, version), file);
  }

  /** Models that were trained on the bars of a symbol and timeframe, and the fingerprint of their file then. Newest first. */
  async trainedOn(symbol: string, timeframe: string): Promise<{ model: string; sha256: string }[]> {
    const users: { model: string; sha256: string; created_at: string }[] = [];
    for (const strategy of await this.strategies()) {
      for (const { metadata } of await this.modelsOf(strategy)) {
        const used = metadata.fingerprints.find(
          (bars) => bars.symbol === symbol && bars.timeframe === timeframe,
        );
        if (used === undefined || metadata.model === null) continue;
        users.push({ model: metadata.model, sha256: used.sha256, created_at: metadata.created_at });
      }
    }
    return users
      .toSorted((a, b) => b.created_at.localeCompare(a.created_at))
      .map(({ model, sha256 }) => ({ model, sha256 }));
  }

  /**
   * Reads one model and compares its files with their checksums.
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
   * Reads one model with the content of its files, and compares them with their checksums.
   *
   * @throws KtrdrError `invalid_name`, `model_not_found`, `model_damaged`, which names the file; `model_unsupported` if
   * a later version stored it; `storage_failed`
   */
  async load(strategy: string, version: string): Promise<ReadModel> {
    checkModelName(strategy, version);
    if (!(await this.has(strategy, version))) throw modelNotFound(strategy, version);
    const folder = this.folderOf(strategy, version);
    try {
      return await readModel(folder);
    } catch (error) {
      // deleted in the meantime
      if (await isGone(directoryOf(folder))) throw modelNotFound(strategy, version);
      throw error;
    }
  }

  /**
   * Removes a model, even a damaged one: renames it out of the way in one step, then removes its files. Its number is never used again,
   * so that a name always means the same model.
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
        `${path} was not deleted and has not changed. Check the permissions of MODELS_DIR.`,
      );
    }
    await rm(away, { recursive: true, force: true }).catch((error: unknown) => {
      throw deletionError(
        error,
        `${path} is deleted, but some of its files remain in ${away}. The next start removes them.`,
      );
    });
  }

  /**
   * Removes staging folders of services that have ended, and remaining files of deleted models. Call it at start-up. Returns the names
   * of the removed staging folders.
   */
  async removeStale(): Promise<string[]> {
    const removed = await this.staging.removeStale();
    const trash = join(this.modelsDir, TRASH);
    await rm(trash, { recursive: true, force: true }).catch((error: unknown) => {
      throw deletionError(error, `${trash} cannot be removed. Check its permissions.`);
    });
    return removed;
  }

  private folderOf(strategy: string, version: string): ModelFolder {
    return { root: this.modelsDir, path: `${strategy}/${version}` };
  }

  /** @throws KtrdrError `folder_missing`: the service made the folder at its start */
  async checkFolder(): Promise<void> {
    await this.strategies();
  }

  /** Names of the strategies' folders. @throws KtrdrError `folder_missing`, `storage_failed` */
  private async strategies(): Promise<string[]> {
    const names = await directoriesIn(this.modelsDir, STRATEGY_NAME_PATTERN, null);
    if (names === null) throw folderMissing(this.modelsDir, 'MODELS_DIR');
    return names;
  }

  private async has(strategy: string, version: string): Promise<boolean> {
    if (!(await this.strategies()).includes(strategy)) return false;
    return (await directoriesIn(join(this.modelsDir, strategy), MODEL_VERSION_PATTERN)).includes(version);
  }

  /** The model that an operation has already stored, or `null`. */
  private async ofOperation(operationId: string, strategy: string): Promise<StoredModel | null> {
    const found = (await this.modelsOf(strategy)).find(
      ({ metadata }) => metadata.operation_id === operationId && metadata.model !== null,
    );
    return found === undefined ? null : { model: found.metadata.model as string, path: found.path };
  }

  /** The models of one strategy with readable metadata. */
  private async modelsOf(strategy: string): Promise<{ metadata: ModelMetadata; path: string }[]> {
    const folder = join(this.modelsDir, strategy);
    const models: { metadata: ModelMetadata; path: string }[] = [];
    for (const version of await directoriesIn(folder, MODEL_VERSION_PATTERN)) {
      const path = join(folder, version);
      try {
        models.push({ metadata: await readMetadata(this.folderOf(strategy, version)), path });
      } catch (error) {
        damageOf(error);
      }
    }
    return models;
  }
}

function deletionError(cause: unknown, message: string): KtrdrError {
  const { code = null } = cause as NodeJS.ErrnoException;
  return new KtrdrError('storage_failed', message, { details: { cause: code }, cause });
}
