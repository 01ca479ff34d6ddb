import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ImportChoices, ImportPreview } from '@ktrdr/contracts';
import { importError } from './bytes/import-error.js';
import { openPacked } from './bytes/open-packed.js';
import { type CombinedBars, combineTables } from './combine-tables.js';
import type { ImportContext } from './context.js';
import { previewOf } from './preview.js';
import { jsonAsTable } from './formats/json-table.js';
import { type ReadTable, readTable } from './read-table.js';

const CHUNK_BYTES = 1 << 20;

/** A file to import. */
export interface ImportedFile {
  /** On this machine. */
  path: string;
  /** Name that the user gave it, for messages and symbols. */
  name: string;
  /** SHA-256, if it is known. */
  sha256?: string | undefined;
}

/** Content of a file: what the import understood, and the bars. */
export interface ReadFile {
  preview: ImportPreview;
  tables: ReadTable[];
  bars: CombinedBars[];
}

/**
 * Reads all tables of a file.
 *
 * @throws KtrdrError `import_invalid`
 */
export async function readFile(
  file: ImportedFile,
  choices: ImportChoices,
  context: ImportContext,
): Promise<ReadFile> {
  const before = await stat(file.path);
  if (!before.isFile()) throw importError(file.name, 'this is not a file');
  const { files, packing, skipped } = await openPacked(file.path, file.name);
  const tables: ReadTable[] = [];
  for (const part of files) tables.push(await readTable(await jsonAsTable(part), choices, context));
  const sha256 = file.sha256 ?? (await hashOf(file.path, context));
  const after = await stat(file.path);
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs || after.ino !== before.ino)
    throw importError(file.name, 'the file changed while it was read: import it again');
  const bars = combineTables(file.name, tables);
  const names = files.map(({ name }) => name);
  const preview = previewOf(
    { file: file.name, bytes: before.size, sha256, packing, skipped, names },
    tables,
    bars,
  );
  return { preview, tables, bars };
}

async function hashOf(path: string, { signal }: ImportContext): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
