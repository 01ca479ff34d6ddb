import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { KtrdrError, MODEL_FILES, type ModelDamage } from '@ktrdr/contracts';
import {
  openOutsideFile,
  outsideFileProblem,
  type OutsideFile,
  parseBoundedJson,
  RefusedFileError,
} from '@ktrdr/files';
import { checkGraph } from '../engines/onnx/check-graph.js';
import { unreadableError } from '../files/storage-error.js';
import { checkFeatures } from './features-file.js';
import { checkMetrics } from './metrics-file.js';
import { JSON_LIMITS, type ModelFile, MOST_BYTES } from './model-files.js';
import { MODEL_FORMAT, type ModelMetadata, newerFormat, toModelMetadata } from './model-metadata.js';
import { isRecord } from '../files/shape.js';

export const METADATA = 'metadata.json';

/** Where a model lies. Anybody may have copied it there. */
export interface ModelFolder {
  /** A folder of ours. */
  root: string;
  /** The model's folder below it, with `/`. No part of it may be a link. */
  path: string;
}

/** A model with the verified content of its files, by name. `metadata` is the parsed `metadata.json`. */
export interface ReadModel {
  /** Absolute path. */
  directory: string;
  metadata: ModelMetadata;
  files: ReadonlyMap<string, Buffer>;
}

/** Reads and validates `metadata.json`. @throws KtrdrError `model_damaged`, `storage_failed` */
export async function readMetadata(folder: ModelFolder): Promise<ModelMetadata> {
  const content = await contentOf(folder, METADATA);
  return asDamage(folder, METADATA, () => toModelMetadata(parseBoundedJson(content, JSON_LIMITS[METADATA])));
}

/**
 * Returns the first file of the model that cannot be read, or `null`. Opens none of them.
 *
 * @throws KtrdrError `storage_failed`
 */
export async function fileDamage(
  folder: ModelFolder,
  { checksums }: ModelMetadata,
): Promise<ModelDamage | null> {
  const directory = directoryOf(folder);
  const damages = await Promise.all(
    Object.keys(checksums).map(async (file) => {
      // a later version may have other files
      const maxBytes = (MOST_BYTES as Record<string, number>)[file] ?? Infinity;
      const refusal = await outsideFileProblem(directory, file, { maxBytes });
      if (refusal === null) return null;
      if (refusal.refusal === 'unreadable') throw unreadableError(refusal.cause, join(directory, file));
      return { file, reason: refusal.reason };
    }),
  );
  return damages.find((damage) => damage !== null) ?? null;
}

/**
 * Reads all files of a model, compares them with their checksums, and checks what is in them. A model can come from another machine or have
 * been copied by hand, so that its checksums prove nothing but that no byte was lost.
 *
 * @param signal ends it
 * @throws KtrdrError `model_damaged`, which names the file; `model_unsupported` if a later version stored it; `storage_failed`
 * @throws the signal's reason
 */
export async function readModel(folder: ModelFolder, signal?: AbortSignal): Promise<ReadModel> {
  const directory = directoryOf(folder);
  const metadata = await readMetadata(folder);
  if (metadata.format > MODEL_FORMAT) {
    throw new KtrdrError('model_unsupported', `${directory} cannot be read. ${newerFormat(metadata)}`, {
      details: { format: metadata.format, newest_format: MODEL_FORMAT },
    });
  }
  const files = new Map<string, Buffer>();
  for (const file of MODEL_FILES) {
    if (file === METADATA) continue;
    const hash = createHash('sha256');
    const content = await contentOf(folder, file, signal, (piece) => hash.update(piece));
    if (hash.digest('hex') !== metadata.checksums[file])
      throw modelDamaged(directory, { file, reason: 'does not match its checksum' });
    files.set(file, content);
  }
  const model = { directory, metadata, files };
  const outputs = Math.max(1, metadata.classes.length);
  asDamage(folder, 'features.json', () => checkFeatures(jsonOf(model, 'features.json'), metadata));
  await breath();
  asDamage(folder, 'metrics.json', () => checkMetrics(jsonOf(model, 'metrics.json')));
  await breath();
  asDamage(folder, 'model.onnx', () =>
    checkGraph(bytesOf(model, 'model.onnx'), { features: metadata.feature_count, outputs }),
  );
  await breath();
  return model;
}

/** Lets other requests have their turn: each of the largest files takes some 20 ms. */
const breath = (): Promise<void> => setImmediate();

/** One file of a model as text. */
export function textOf(model: ReadModel, file: ModelFile): string {
  return bytesOf(model, file).toString('utf8');
}

/**
 * One file of a model that holds a JSON object.
 *
 * @throws KtrdrError `model_damaged` if the file is not a JSON object, or holds too much
 */
export function jsonOf(model: ReadModel, file: 'features.json' | 'metrics.json'): Record<string, unknown> {
  try {
    const value = parseBoundedJson(bytesOf(model, file), JSON_LIMITS[file]);
    if (isRecord(value)) return value;
  } catch (error) {
    throw modelDamaged(model.directory, { file, reason: (error as Error).message }, error);
  }
  throw modelDamaged(model.directory, { file, reason: 'is not a JSON object' });
}

/** The bytes of one file of a model. @throws KtrdrError `model_damaged` if the model has no such file */
export function bytesOf({ directory, files }: ReadModel, file: ModelFile): Buffer {
  const content = files.get(file);
  if (content !== undefined) return content;
  throw modelDamaged(directory, { file, reason: `is not listed in ${METADATA}` });
}

export function modelDamaged(directory: string, damage: ModelDamage, cause?: unknown): KtrdrError {
  const { file, reason } = damage;
  const path = file === null ? directory : join(directory, file);
  return new KtrdrError('model_damaged', `${path} ${reason}. Train the model again.`, {
    details: damage,
    cause,
  });
}

export function directoryOf({ root, path }: ModelFolder): string {
  return join(root, path);
}

/** Opens one file of a model. @throws KtrdrError `model_damaged`, `storage_failed`; the signal's reason */
export async function openModelFile(
  folder: ModelFolder,
  file: ModelFile,
  signal?: AbortSignal,
): Promise<OutsideFile> {
  try {
    const maxBytes = MOST_BYTES[file];
    return await openOutsideFile(folder.root, `${folder.path}/${file}`, { maxBytes, signal });
  } catch (error) {
    throw fileError(folder, file, error);
  }
}

/** @throws KtrdrError `model_damaged`, `storage_failed`; the signal's reason */
async function contentOf(
  folder: ModelFolder,
  file: ModelFile,
  signal?: AbortSignal,
  onPiece?: (piece: Uint8Array) => void,
): Promise<Buffer> {
  const opened = await openModelFile(folder, file, signal);
  try {
    return await opened.content(onPiece);
  } catch (error) {
    throw fileError(folder, file, error);
  } finally {
    await opened.close();
  }
}

function fileError(folder: ModelFolder, file: ModelFile, error: unknown): unknown {
  if (!(error instanceof RefusedFileError)) return error;
  const directory = directoryOf(folder);
  if (error.refusal === 'unreadable') return unreadableError(error.cause, join(directory, file));
  return modelDamaged(directory, { file, reason: error.reason }, error);
}

/** @throws KtrdrError `model_damaged` instead of an error that says what is wrong with the file */
function asDamage<T>(folder: ModelFolder, file: ModelFile, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof KtrdrError) throw error;
    throw modelDamaged(directoryOf(folder), { file, reason: (error as Error).message }, error);
  }
}
