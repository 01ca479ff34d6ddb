import { createReadStream, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from './cli-error.js';
import { lookedIn } from './looked-in.js';
import { nearest } from './nearest.js';

/** Maximum size of a strategy file (bytes). Only a data file given by mistake is larger. */
const MOST_BYTES = 1_000_000;

/**
 * Reads a strategy file's text.
 *
 * @throws UsageError if the file is missing, cannot be read, is too large, or is not text
 */
export async function readStrategyFile(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.length > MOST_BYTES) {
    throw new UsageError(
      `${path} is too large: a strategy file has at most ${MOST_BYTES.toLocaleString('en-US')} bytes.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`${path} is not UTF-8 text: a strategy file must be YAML.`, { cause: error });
  }
}

async function readBytes(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    // Reading one byte more than allowed detects a file that is too large.
    for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk as Buffer);
  } catch (error) {
    throw unreadable(path, error);
  }
  return Buffer.concat(chunks);
}

function unreadable(path: string, cause: unknown): UsageError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new UsageError(reason(path, code) ?? `${path} cannot be read: ${message}`, { cause });
}

const FILE_ENDING = /\.ya?ml$/i;

/** ` Did you mean strategies/test.yaml?` Looks in the file's folder, then in `strategies`; `test` alone is enough. */
function nearestFile(path: string): string {
  const name = basename(path).replace(FILE_ENDING, '');
  for (const folder of new Set([dirname(path), 'strategies'])) {
    const files = new Map(strategyFiles(folder).map((file) => [file.replace(FILE_ENDING, ''), file]));
    const meant = nearest(name, files.keys());
    if (meant !== null) return ` Did you mean ${join(folder, files.get(meant)!)}?`;
  }
  return '';
}

function strategyFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => FILE_ENDING.test(file));
  } catch {
    // the folder is missing too
    return [];
  }
}

function reason(path: string, code: string | undefined): string | null {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no file ${path}${lookedIn(path)}.${nearestFile(path)}`;
    case 'EISDIR':
      return `${path} is a folder, not a strategy file.`;
    case 'EACCES':
    case 'EPERM':
      return `You have no permission to read ${path}.`;
    default:
      return null;
  }
}
