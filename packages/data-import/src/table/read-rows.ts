import type { PackedFile } from '../bytes/packed-file.js';
import { type TextEncoding, toUtf8 } from '../bytes/text-encoding.js';
import type { ImportContext } from '../context.js';
import { importError } from '../bytes/import-error.js';
import { RowScanner, type Separators } from './row-scanner.js';

/** Which rows of a file are read. */
export interface RowsToRead {
  file: PackedFile;
  encoding: TextEncoding;
  separators: Separators;
  /** Line of the first row. */
  firstLine: number;
}

/**
 * Passes each row of a file to `read` until it returns false. Blank lines are skipped. The event loop runs between chunks.
 *
 * @throws KtrdrError `import_invalid` with the line if a quote is not closed or a line is too long
 * @throws the signal's reason after an abort
 */
export async function readRows(
  { file, encoding, separators, firstLine }: RowsToRead,
  { signal, onProgress }: ImportContext,
  read: (scanner: RowScanner) => boolean,
): Promise<void> {
  const scanner = new RowScanner(separators);
  const take = (): boolean => {
    while (scanner.next()) {
      if (scanner.line < firstLine || scanner.fields === 0) continue;
      if (!read(scanner)) return false;
    }
    if (scanner.problem === null) return true;
    const { line, message } = scanner.problem;
    throw importError(file.name, message, { line });
  };
  for await (const chunk of toUtf8(file.chunks(), encoding)) {
    signal?.throwIfAborted();
    scanner.push(chunk);
    if (!take()) return;
    onProgress?.(file.bytesRead());
  }
  scanner.end();
  take();
}
