import { importError } from '../bytes/import-error.js';
import type { PackedFile } from '../bytes/packed-file.js';
import { toUtf8, detectEncoding } from '../bytes/text-encoding.js';
import { findJsonTable, type JsonTable } from './find-json-table.js';
import { tableText } from './table-text.js';

/** The whole text, and the values that it makes, are in memory while they are read. */
const MOST_BYTES = 512 * 2 ** 20;
/** Enough to see the first brackets. */
const START_BYTES = 256;

/** A file, or the table in it if it is JSON. */
export async function jsonAsTable(file: PackedFile): Promise<PackedFile> {
  if (file.format !== undefined) return file;
  for await (const chunk of file.chunks())
    return looksLikeJson(chunk.subarray(0, START_BYTES)) ? jsonTable(file) : file;
  return file;
}

function looksLikeJson(start: Uint8Array): boolean {
  const text = Buffer.from(start)
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '');
  return /^\s*(?:\{\s*["}]|\[\s*[[{\]])/.test(text);
}

function jsonTable(file: PackedFile): PackedFile {
  let found: JsonTable | null = null;
  return {
    ...file,
    format: 'JSON',
    get symbol() {
      return found?.symbol;
    },
    async *chunks() {
      found ??= findJsonTable(file.name, parse(file.name, await textOf(file)));
      yield* tableText(one(found), found.named);
    },
  };
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield await Promise.resolve(value);
}

async function textOf(file: PackedFile): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of file.chunks()) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw importError(
        file.name,
        `the JSON text has more than ${MOST_BYTES / 2 ** 20} MB: save it as CSV or Parquet`,
      );
    parts.push(Uint8Array.from(chunk));
  }
  const raw = Buffer.concat(parts);
  const encoding = detectEncoding(raw, true);
  if (encoding.label === null) return raw.toString('utf8', encoding.markBytes);
  const decoded: Uint8Array[] = [];
  for await (const chunk of toUtf8(one(raw), encoding)) decoded.push(chunk);
  return Buffer.concat(decoded).toString('utf8');
}

/** JSON, or a JSON value in each line. */
function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const lines = text.split('\n');
    if (!isValue(lines[0]!)) throw notJson(name, error);
    return lines.flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch (problem) {
        throw notJson(name, problem, at + 1);
      }
    });
  }
}

function isValue(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function notJson(name: string, error: unknown, line?: number): unknown {
  const problem = (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200);
  return importError(name, `the JSON text cannot be read (${problem}): copy it again`, {
    cause: error,
    ...(line === undefined ? {} : { line }),
  });
}
