import { KtrdrError, shown } from '@ktrdr/contracts';
import { RefusedFileError, withOutsideFile } from '@ktrdr/files';
import type { ImportContext } from '../context.js';
import type { ImportedFile } from '../read-file.js';
import type { PreviewWork } from './import-work.js';

/**
 * Opens the file of a request and calls `read` with it. The path leads to the opened file, even if another one takes its name.
 *
 * @throws KtrdrError `import_invalid` if it is missing, a link, not a file, or too large; what `read` throws
 */
export async function withFile<T>(
  { file: { folder, path, name, sha256 }, maxBytes, now }: PreviewWork,
  read: (file: ImportedFile, context: ImportContext, bytes: number) => Promise<T>,
): Promise<T> {
  try {
    return await withOutsideFile(folder, path, { maxBytes }, ({ reopenPath, size }) =>
      read({ path: reopenPath, name, sha256 }, { now }, size),
    );
  } catch (cause) {
    if (!(cause instanceof RefusedFileError)) throw cause;
    const subject = cause.refusal === 'invalid_name' ? `The path ${shown(path)}` : name;
    throw new KtrdrError('import_invalid', `${subject} ${cause.reason}.`, { details: { file: name }, cause });
  }
}
