import { type KtrdrError, storageError as storageErrorOf } from '@ktrdr/contracts';

/** A failed file operation of a run as `disk_full` or `storage_failed`. A KtrdrError stays what it is. */
export function storageError(error: unknown, doing: string): KtrdrError {
  return storageErrorOf(error, doing, 'MODELS_DIR');
}
