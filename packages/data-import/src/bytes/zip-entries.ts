import { IMPORT_FILE_ENDING, KtrdrError } from '@ktrdr/contracts';
import { type Entry, openPromise } from 'yauzl';
import { importError } from './import-error.js';
import { limitUnpacked } from './unpack-limit.js';
import type { PackedFile } from './packed-file.js';

/** Entries that an archive may have. */
const MOST_ENTRIES = 1_000;
const TABLE = /\.(csv|tsv|tab|json|jsonl|ndjson)$/i;
const TEXT = /\.(txt|prn|asc|dat)$/i;

/**
 * Files of bars in a zip archive. Text files count if no CSV is there: sources add a description as text.
 *
 * @param path archive on this machine
 * @param file its name, for messages
 */
export async function zipEntries(
  path: string,
  file: string,
): Promise<{ files: PackedFile[]; skipped: string[] }> {
  const all = await listEntries(path, file);
  if (all.some(({ fileName }) => fileName === '[Content_Types].xml'))
    throw importError(file, 'imports do not read spreadsheets: save the sheet as CSV');
  const tables = all.filter(({ fileName }) => TABLE.test(fileName));
  const chosen = tables.length > 0 ? tables : all.filter(({ fileName }) => TEXT.test(fileName));
  if (chosen.length === 0) throw importError(file, `the archive has ${nothingToRead(all)}`);
  const encrypted = chosen.find((entry) => entry.isEncrypted());
  if (encrypted !== undefined)
    throw importError(file, `${encrypted.fileName} has a password: unpack the archive, and import the file`);
  return {
    files: chosen.map((entry) => ({
      name: entry.fileName.slice(entry.fileName.lastIndexOf('/') + 1),
      chunks: () => readEntry(path, file, entry),
      unpackedBytes: entry.uncompressedSize,
      // the entries stand one after the other
      bytesRead: () => entry.relativeOffsetOfLocalHeader + entry.compressedSize,
    })),
    skipped: all.filter((entry) => !chosen.includes(entry)).map(({ fileName }) => fileName),
  };
}

function nothingToRead(entries: readonly Entry[]): string {
  const other = entries.find(({ fileName }) => IMPORT_FILE_ENDING.test(fileName));
  return other === undefined
    ? 'no file that ends with .csv, .tsv, .txt or .json'
    : `${other.fileName}, and imports read only text and JSON from an archive: unpack it, and import the file`;
}

async function listEntries(path: string, file: string): Promise<Entry[]> {
  const zip = await openArchive(path, file);
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entries.length === MOST_ENTRIES)
        throw importError(file, `the archive has more than ${MOST_ENTRIES} files: split it`);
      if (!isFolderOrHidden(entry.fileName)) entries.push(entry);
    }
    return entries;
  } catch (error) {
    throw damaged(file, error);
  } finally {
    zip.close();
  }
}

async function* readEntry(path: string, file: string, entry: Entry): AsyncGenerator<Uint8Array> {
  const zip = await openArchive(path, file);
  try {
    yield* limitUnpacked(file, entry.compressedSize, await zip.openReadStreamPromise(entry));
  } catch (error) {
    throw damaged(file, error);
  } finally {
    zip.close();
  }
}

async function openArchive(path: string, file: string): Promise<Awaited<ReturnType<typeof openPromise>>> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw damaged(file, error);
  }
}

function damaged(file: string, error: unknown): unknown {
  if (error instanceof KtrdrError) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return importError(file, `the archive is damaged (${problem}): copy it again`, { cause: error });
}

function isFolderOrHidden(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || /(^|\/)\./.test(name);
}
