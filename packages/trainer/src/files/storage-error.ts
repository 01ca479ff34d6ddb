import { KtrdrError, storageError as storageErrorOf } from '@ktrdr/contracts';

/** Converts the error of a file operation to `disk_full` or `storage_failed`. Returns a KtrdrError unchanged. */
export function storageError(error: unknown, doing: string): KtrdrError {
  return storageErrorOf(error, doing, 'MODELS_DIR');
}

/**
 * Returns `otherwise` if a file or folder does not exist.
 *
 * @throws KtrdrError `storage_failed` for any other error
 */
export function unlessMissing<T>(error: unknown, path: string, otherwise: T): T {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
  throw unreadableError(error, path);
}

/** `storage_failed`, for a file or folder that the system does not let us read. */
export function unreadableError(error: unknown, path: string): KtrdrError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new KtrdrError(
    'storage_failed',
    `${path} cannot be read (${code ?? message}). Check its permissions, and the folder that MODELS_DIR or STATE_DIR names.`,
    { details: { path, cause: code ?? null }, cause: error },
  );
}
