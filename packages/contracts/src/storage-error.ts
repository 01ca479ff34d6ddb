import { KtrdrError } from './errors.js';

const DISK_FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Name of a setting that holds a storage folder. */
export type FolderSetting = 'DATA_DIR' | 'MODELS_DIR' | 'STATE_DIR' | 'STRATEGIES_DIR';

/**
 * Converts a failed file operation into an error that says what to do: `disk_full` or `storage_failed`. Returns a
 * `KtrdrError` unchanged.
 *
 * @param doing what failed, for example `writing AAPL_1h.csv`
 * @param setting the setting that holds the folder, named in the advice
 */
export function storageError(error: unknown, doing: string, setting: FolderSetting): KtrdrError {
  if (error instanceof KtrdrError) return error;
  const { code, path, message } = error as Error & { code?: unknown; path?: unknown };
  const options = { details: { cause: code ?? null, path: path ?? null }, cause: error };
  if (DISK_FULL.has(code)) {
    return new KtrdrError(
      'disk_full',
      `The disk is full (${code as string}): ${doing} failed. Nothing was stored. ` +
        `Free some space or set ${setting} to a folder on another disk, then try again.`,
      options,
    );
  }
  return new KtrdrError(
    'storage_failed',
    `${doing.charAt(0).toUpperCase()}${doing.slice(1)} failed: ${message}. Nothing was stored. ` +
      `Check that ${setting} is a writable folder.`,
    options,
  );
}

/**
 * The folder of a setting existed when the service started and is missing now: it was moved or removed, or a disk is not mounted. The
 * service does not create it again, because that would hide what is in it.
 */
export function folderMissing(folder: string, setting: FolderSetting): KtrdrError {
  return new KtrdrError(
    'folder_missing',
    `${folder} is missing: the folder of ${setting} was moved or removed. Put it back, or restart the service to begin with an empty folder.`,
    { details: { path: folder, cause: 'ENOENT' } },
  );
}
