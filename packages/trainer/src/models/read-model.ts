import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KtrdrError, type ModelDamage } from '@ktrdr/contracts';
import { sha256 } from '../files/checksum.js';
import { MODEL_FORMAT, type ModelMetadata, newerFormat, toModelMetadata } from './model-metadata.js';
import { unlessMissing } from '../files/storage-error.js';

export const METADATA = 'metadata.json';

/** A model with the verified content of its files, by name. `metadata` is the parsed `metadata.json`. */
export interface ReadModel {
  /** Absolute path. */
  directory: string;
  metadata: ModelMetadata;
  files: ReadonlyMap<string, Buffer>;
}

/** Reads and validates `metadata.json`. @throws KtrdrError `model_damaged`, `storage_failed` */
export async function readMetadata(directory: string): Promise<ModelMetadata> {
  const content = await readFileOf(directory, METADATA);
  try {
    return toModelMetadata(parseJson(content));
  } catch (error) {
    throw modelDamaged(directory, { file: METADATA, reason: (error as Error).message }, error);
  }
}

/**
 * Returns the first missing file of the model, or `null`. Does not read the files.
 *
 * @throws KtrdrError `storage_failed`
 */
export async function missingFile(
  directory: string,
  { checksums }: ModelMetadata,
): Promise<ModelDamage | null> {
  const damages = await Promise.all(
    Object.keys(checksums).map(async (file) => {
      const reason = await fileProblem(join(directory, file));
      return reason === null ? null : { file, reason };
    }),
  );
  return damages.find((damage) => damage !== null) ?? null;
}

/**
 * Reads all files of a model and compares them with their checksums.
 *
 * @throws KtrdrError `model_damaged`, which names the file; `model_unsupported` if a later version stored it; `storage_failed`
 */
export async function readModel(directory: string): Promise<ReadModel> {
  const metadata = await readMetadata(directory);
  if (metadata.format > MODEL_FORMAT) {
    throw new KtrdrError('model_unsupported', `${directory} cannot be read. ${newerFormat(metadata)}`, {
      details: { format: metadata.format, newest_format: MODEL_FORMAT },
    });
  }
  const files = new Map<string, Buffer>();
  for (const [file, expected] of Object.entries(metadata.checksums)) {
    const content = await readFileOf(directory, file);
    if (sha256(content) !== expected)
      throw modelDamaged(directory, { file, reason: 'does not match its checksum' });
    files.set(file, content);
  }
  return { directory, metadata, files };
}

/**
 * One file of a model as text.
 *
 * @throws KtrdrError `model_damaged` if the model has no such file
 */
export function textOf(model: ReadModel, file: string): string {
  return bytesOf(model, file).toString('utf8');
}

/**
 * One file of a model that holds a JSON object.
 *
 * @throws KtrdrError `model_damaged` if the model has no such file, or the file is not a JSON object
 */
export function jsonOf(model: ReadModel, file: string): Record<string, unknown> {
  const content = bytesOf(model, file);
  try {
    const value = parseJson(content);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw modelDamaged(model.directory, { file, reason: (error as Error).message }, error);
  }
  throw modelDamaged(model.directory, { file, reason: 'is not a JSON object' });
}

/** The bytes of one file of a model. @throws KtrdrError `model_damaged` if the model has no such file */
export function bytesOf({ directory, files }: ReadModel, file: string): Buffer {
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

/** @throws KtrdrError `model_damaged`, `storage_failed` */
async function readFileOf(directory: string, file: string): Promise<Buffer> {
  const path = join(directory, file);
  const reason = await fileProblem(path);
  if (reason !== null) throw modelDamaged(directory, { file, reason });
  const content = await readFile(path).catch((error: unknown) => unlessMissing(error, path, null));
  if (content === null) throw modelDamaged(directory, { file, reason: 'is missing' });
  return content;
}

/**
 * Why the file cannot be read, or `null`. Reading a pipe or a device could block forever.
 *
 * @throws KtrdrError `storage_failed`
 */
async function fileProblem(path: string): Promise<string | null> {
  const found = await stat(path).catch((error: unknown) => unlessMissing(error, path, null));
  if (found === null) return 'is missing';
  return found.isFile() ? null : 'is not a file';
}

/** @throws Error if the content is not JSON; its message continues a sentence that begins with the file */
function parseJson(content: Buffer): unknown {
  const text = content.toString('utf8');
  if (text.trim() === '') throw new Error('is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}
