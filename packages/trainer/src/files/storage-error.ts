import { KtrdrError, storageError as storageErrorOf } from '@ktrdr/contracts';

/** A failed file operation of a run as `disk_full` or `storage_failed`. A KtrdrError stays what it is. */
export function storageError(error: unknown, doing: string): KtrdrError {
  return storageErrorOf(error, doing, 'MODELS_DIR');
}

/**
 * `otherwise` where a file or folder is not there.
 *
 * @throws KtrdrError `storage_failed` where it cannot be read
 */
export function unlessMissing<T>(error: unknown, path: string, otherwise: T): T {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return otherwise;
  throw new KtrdrError(
    'storage_failed',
    `${path} cannot be read (${code ?? message}). Check its permissions, and the folder that MODELS_DIR or STATE_DIR names.`,
    { details: { path, cause: code ?? null }, cause: error },
  );
}
