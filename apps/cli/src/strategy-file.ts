import { createReadStream } from 'node:fs';
import { UsageError } from './cli-error.js';

/** No strategy comes near this size (bytes); a data file given by mistake does. */
const MOST_BYTES = 1_000_000;

/**
 * Reads a strategy file's text.
 *
 * @throws UsageError where there is no such file, or it is no text of a strategy's size
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
    throw new UsageError(`${path} is not a text file in UTF-8; a strategy file is YAML.`, { cause: error });
  }
}

async function readBytes(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    // One byte more than is allowed tells what is too large, without reading all of it.
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

function reason(path: string, code: string | undefined): string | null {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no file ${path} (looked in ${process.cwd()}).`;
    case 'EISDIR':
      return `${path} is a folder; a strategy file is needed.`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read by this user.`;
    default:
      return null;
  }
}
