import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KtrdrError } from '@ktrdr/contracts';
import { sha256 } from './checksum.js';
import { MODEL_FORMAT, type ModelMetadata, newerFormat, toModelMetadata } from './model-metadata.js';
import { unlessMissing } from './storage-error.js';

export const METADATA = 'metadata.json';

/** A model's files with the bytes that were written, by name; `metadata.json` is read already. */
export interface ReadModel {
  /** Absolute. */
  directory: string;
  metadata: ModelMetadata;
  files: ReadonlyMap<string, Buffer>;
}

/** @throws KtrdrError `model_damaged`, `storage_failed` */
export async function readMetadata(directory: string): Promise<ModelMetadata> {
  const path = join(directory, METADATA);
  const text = await readFile(path, 'utf8').catch((error: unknown) => unlessMissing(error, path, ''));
  let metadata: ModelMetadata | null = null;
  let cause: unknown;
  try {
    metadata = toModelMetadata(JSON.parse(text));
  } catch (error) {
    cause = error;
  }
  if (metadata !== null) return metadata;
  throw new KtrdrError('model_damaged', `${path} is missing or cut off. Train the model again.`, {
    details: { file: METADATA },
    cause,
  });
}

/**
 * All files of a model, compared with their checksums.
 *
 * @throws KtrdrError `model_damaged` naming the file, `model_unsupported` where a later version stored it, `storage_failed`
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
    const path = join(directory, file);
    const content = await readFile(path).catch((error: unknown) => unlessMissing(error, path, null));
    if (content === null || sha256(content) !== expected) {
      throw new KtrdrError(
        'model_damaged',
        `${path} ${content === null ? 'is missing' : 'is not as it was written (checksum)'}. Train the model again.`,
        { details: { file } },
      );
    }
    files.set(file, content);
  }
  return { directory, metadata, files };
}

/**
 * One file of a model as text.
 *
 * @throws KtrdrError `model_damaged` where the model has no such file
 */
export function textOf(model: ReadModel, file: string): string {
  return bytesOf(model, file).toString('utf8');
}

/** @throws KtrdrError `model_damaged` where the model has no such file */
export function bytesOf({ metadata, files }: ReadModel, file: string): Buffer {
  const content = files.get(file);
  if (content !== undefined) return content;
  throw new KtrdrError(
    'model_damaged',
    `${metadata.model ?? 'The model'} has no ${file}. Train the model again.`,
    { details: { file } },
  );
}
