import { KtrdrError } from './errors.js';

const DISK_FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The setting that says where something is stored. */
export type FolderSetting = 'DATA_DIR' | 'MODELS_DIR' | 'STATE_DIR';

/**
 * A failed file operation as an error that says what to do: `disk_full` or `storage_failed`. A KtrdrError stays what it is.
 *
 * @param doing what failed: `writing AAPL_1h.csv`
 * @param setting names another place to store it
 */
export function storageError(error: unknown, doing: string, setting: FolderSetting): KtrdrError {
  if (error instanceof KtrdrError) return error;
  const { code, path, message } = error as Error & { code?: unknown; path?: unknown };
  const options = { details: { cause: code ?? null, path: path ?? null }, cause: error };
  if (DISK_FULL.has(code)) {
    return new KtrdrError(
      'disk_full',
      `The disk is full (${code as string}): ${doing} failed. Nothing was stored. ` +
        `Free space there, or set ${setting} to another disk, and try again.`,
      options,
    );
  }
  return new KtrdrError(
    'storage_failed',
    `${doing.charAt(0).toUpperCase()}${doing.slice(1)} failed: ${message}. Nothing was stored. ` +
      `Check that ${setting} is a folder that may be written to.`,
    options,
  );
}
