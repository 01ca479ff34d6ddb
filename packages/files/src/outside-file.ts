import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { shown } from '@ktrdr/contracts';
import { type FileIdentity, fileIdentity } from './file-identity.js';
import { fileNameProblem } from './file-name.js';
import { RefusedFileError } from './refused-file-error.js';

/** Bytes read at once. Hashing a piece takes a few milliseconds at most, and the event loop runs between two pieces. */
const PIECE_BYTES = 1 << 20;

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
/**
 * Opening a pipe without a writer must not block, and a link that replaces a file must not be followed. Windows has none of these
 * flags: there, only the check before opening protects.
 */
const FILE_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const FOLDER_FLAGS = O_RDONLY | O_NOFOLLOW | O_DIRECTORY;

export interface OutsideFileOptions {
  /** A larger file is refused. */
  maxBytes: number;
  /** Ends reading. Every method rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Opens a file that somebody else may have put there: a copied model, a received checkpoint, bars.
 *
 * Only a regular file inside `folder` is read: each part of the path must be a valid file name, no part may be a symbolic link, and
 * pipes, sockets, devices and folders are refused without waiting for them. All later reads use the file that was checked, even if
 * another one takes its name. `folder` itself is a setting of the operator and may be a link. A hard link counts as a regular file:
 * only users who may read and write a file can create one.
 *
 * @param path relative to `folder`, with `/` between its parts
 * @throws RefusedFileError; the signal's reason
 */
export async function openOutsideFile(
  folder: string,
  path: string,
  { maxBytes, signal }: OutsideFileOptions,
): Promise<OutsideFile> {
  signal?.throwIfAborted();
  const parts = path.split('/');
  for (const part of parts) {
    const problem = fileNameProblem(part);
    const what = parts.length === 1 ? 'is not a file name: it' : `has the part ${shown(part)}, which`;
    if (problem !== null) throw new RefusedFileError('invalid_name', path, `${what} ${problem}`);
  }
  const held: FileHandle[] = [];
  try {
    let parent = folder;
    for (const part of parts.slice(0, -1)) {
      const inside = join(parent, part);
      if ((await lstat(inside)).isSymbolicLink()) throw linkError(path, part);
      const handle = await open(inside, FOLDER_FLAGS);
      held.push(handle);
      parent = pathOf(handle, inside);
    }
    return await openChecked(join(parent, parts.at(-1)!), path, maxBytes, signal);
  } catch (error) {
    throw refusalOf(error, path);
  } finally {
    for (const handle of held) await handle.close();
  }
}

/**
 * Why {@link openOutsideFile} would refuse a file of `folder`, or `null`. Opens nothing.
 *
 * @param name of a file directly in `folder`
 */
export async function outsideFileProblem(
  folder: string,
  name: string,
  { maxBytes }: Pick<OutsideFileOptions, 'maxBytes'>,
): Promise<RefusedFileError | null> {
  try {
    checkName(name, name);
    const stats = await lstat(join(folder, name));
    checkKind(stats, name);
    checkSize(stats, name, maxBytes);
    return null;
  } catch (error) {
    const refusal = refusalOf(error, name);
    if (refusal instanceof RefusedFileError) return refusal;
    throw error;
  }
}

/**
 * A path that leads into the opened folder, even if something else takes its name. Only Linux has such a path; on other systems, a link
 * that replaces the folder after its check would be followed.
 */
function pathOf(folder: FileHandle, path: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${folder.fd}` : path;
}

async function openChecked(
  opened: string,
  path: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<OutsideFile> {
  // opening a pipe or a device can have effects of its own
  checkKind(await lstat(opened), path);
  const handle = await open(opened, FILE_FLAGS);
  try {
    const stats = await handle.stat();
    checkKind(stats, path);
    checkSize(stats, path, maxBytes);
    return new OutsideFile(handle, path, opened, stats.size, signal);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function checkName(part: string, path: string): void {
  const problem = fileNameProblem(part);
  if (problem !== null) throw new RefusedFileError('invalid_name', path, `is not a file name: it ${problem}`);
}

function checkSize({ size }: Stats, path: string, maxBytes: number): void {
  if (size <= maxBytes) return;
  throw new RefusedFileError('too_large', path, `has ${size} bytes, and at most ${maxBytes} are read`);
}

function checkKind(stats: Stats, path: string): void {
  if (stats.isSymbolicLink()) throw linkError(path);
  if (!stats.isFile()) throw new RefusedFileError('not_a_file', path, `is ${kindOf(stats)}, not a file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** @param folder the part of the path that is the link; the file itself if missing */
function linkError(path: string, folder?: string, cause?: unknown): RefusedFileError {
  const which = folder === undefined ? '' : `leads through ${folder}, which `;
  return new RefusedFileError('link', path, `${which}is a symbolic link: copy the file itself there`, cause);
}

/** @returns the error as a refusal; an abort and other errors without a code of the system unchanged */
function refusalOf(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof RefusedFileError || code === undefined || (error as Error).name === 'AbortError')
    return error;
  switch (code) {
    case 'ENOENT':
      return new RefusedFileError('missing', path, 'is missing', error);
    case 'ELOOP':
      return linkError(path, undefined, error);
    default:
      return new RefusedFileError('unreadable', path, `cannot be read (${code})`, error);
  }
}

/** An open regular file. Its size is fixed when it is opened: bytes that are appended later are not read. Close it after use. */
export class OutsideFile {
  private position = 0;

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly opened: string,
    /** Bytes. */
    readonly size: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * A path for libraries that open a file themselves. On Linux it leads to the file that was checked, even if another one takes its
   * name; on other systems it is the file's own path.
   */
  get reopenPath(): string {
    return pathOf(this.handle, this.opened);
  }

  /**
   * Reads the next bytes, at most `length`. Returns their number; 0 at the end of the file.
   *
   * @throws RefusedFileError `changed` if the file has become shorter, `unreadable`; the signal's reason
   */
  async readNext(buffer: Uint8Array, offset: number, length: number): Promise<number> {
    this.signal?.throwIfAborted();
    const wanted = Math.min(length, this.size - this.position);
    if (wanted === 0) return 0;
    const bytesRead = await this.readAt(buffer, offset, wanted, this.position);
    this.position += bytesRead;
    return bytesRead;
  }

  /**
   * Fills `bytes` with the file's content from `position` on, in pieces. `onPiece` gets each of them.
   *
   * @throws RefusedFileError `changed`, `unreadable`; the signal's reason
   */
  async fill(bytes: Uint8Array, position: number, onPiece?: (piece: Uint8Array) => void): Promise<void> {
    for (let filled = 0; filled < bytes.length;) {
      this.signal?.throwIfAborted();
      const wanted = Math.min(PIECE_BYTES, bytes.length - filled);
      const bytesRead = await this.readAt(bytes, filled, wanted, position + filled);
      onPiece?.(bytes.subarray(filled, filled + bytesRead));
      filled += bytesRead;
    }
  }

  /** The whole content. `onPiece` gets it in pieces. @throws as {@link fill} */
  async content(onPiece?: (piece: Uint8Array) => void): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(this.size);
    await this.fill(bytes, 0, onPiece);
    return bytes;
  }

  /** The whole content, piece by piece. A piece is valid until the next one is requested. @throws as {@link fill} */
  async *pieces(from = 0, to = this.size): AsyncGenerator<Uint8Array, void, undefined> {
    const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - from));
    for (let position = from; position < to;) {
      const piece = buffer.subarray(0, Math.min(buffer.length, to - position));
      await this.fill(piece, position);
      yield piece;
      position += piece.length;
    }
  }

  /** Identity of the open file as it is now, whatever has its name. @throws RefusedFileError `unreadable` */
  async identity(): Promise<FileIdentity> {
    const stats = await this.handle.stat({ bigint: true }).catch((error: unknown) => {
      throw refusalOf(error, this.path);
    });
    return fileIdentity(stats);
  }

  /** Sets the times of the file. @throws errors of the file system as they are */
  async setTimes(usedAt: Date, modifiedAt: Date): Promise<void> {
    await this.handle.utimes(usedAt, modifiedAt);
  }

  /** The whole content as a stream. Its end, error and destruction close the file. */
  stream(): Readable {
    // a read stream cannot end before its first byte
    return this.handle.createReadStream({ start: 0, end: Math.max(0, this.size - 1) });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async readAt(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> {
    const { bytesRead } = await this.handle.read(buffer, offset, length, position).catch((error: unknown) => {
      throw refusalOf(error, this.path);
    });
    if (bytesRead > 0) return bytesRead;
    throw new RefusedFileError('changed', this.path, 'became shorter while it was read: try again');
  }
}

/** Opens a file, hands it to `read`, and closes it. @throws as {@link openOutsideFile}, and what `read` throws */
export async function withOutsideFile<T>(
  folder: string,
  path: string,
  options: OutsideFileOptions,
  read: (file: OutsideFile) => Promise<T>,
): Promise<T> {
  const file = await openOutsideFile(folder, path, options);
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}
