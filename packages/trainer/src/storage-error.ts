import { KtrdrError } from '@ktrdr/contracts';

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A failed file operation as an error that says what to do: `disk_full` or `storage_failed`. A KtrdrError stays what it is. */
export function storageError(error: unknown, doing: string): KtrdrError {
  if (error instanceof KtrdrError) return error;
  const { code, path, message } = error as NodeJS.ErrnoException;
  const details = { cause: code ?? null, path: path ?? null };
  if (code !== undefined && DISK_FULL.has(code)) {
    return new KtrdrError(
      'disk_full',
      `The disk is full (${code}): ${doing} failed. Nothing was stored. ` +
        'Free space there, or set MODELS_DIR to another disk, and train again.',
      { details, cause: error },
    );
  }
  return new KtrdrError(
    'storage_failed',
    `${doing} failed: ${message}. Nothing was stored. Check that the folder exists and may be written to.`,
    { details, cause: error },
  );
}
