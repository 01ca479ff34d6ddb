import { createHash } from 'node:crypto';
import { link, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  KtrdrError,
  shown,
  storageError,
  STRATEGY_NAME_PATTERN,
  STRATEGY_NAME_RULE,
  type StrategyFile,
} from '@ktrdr/contracts';
import { RefusedFileError, withOutsideFile } from '@ktrdr/files';
import { LIMITS } from '@ktrdr/strategy';

const ENDINGS = ['.yaml', '.yml'];
/** `GET /strategies/schema` has another meaning. */
const RESERVED = 'schema';
const READ_ONLY: ReadonlySet<unknown> = new Set(['EROFS', 'EACCES', 'EPERM']);

/** A file that was saved. */
export interface SavedFile {
  file: string;
  revision: string;
  created: boolean;
}

/**
 * The strategy files of `STRATEGIES_DIR`, by the name of the file without its ending. People edit them with other programs too, so a
 * change names the revision that it replaces.
 */
export class StrategyFiles {
  /** Changes run one after the other, so that a revision that was checked is the one that is replaced. */
  private changes: Promise<unknown> = Promise.resolve();

  constructor(private readonly folder: string) {}

  /** Names of all strategy files, sorted. @throws KtrdrError `invalid_setting` if the folder is missing or cannot be read */
  async list(): Promise<string[]> {
    return (await this.fileNames()).filter((name) => ENDINGS.some((ending) => name.endsWith(ending)));
  }

  /** @throws RefusedFileError */
  async bytesOf(file: string): Promise<Buffer> {
    return withOutsideFile(this.folder, file, { maxBytes: LIMITS.fileBytes }, (opened) => opened.content());
  }

  /** @throws KtrdrError `invalid_name`, `strategy_not_found`, `strategy_invalid` if the file cannot be read */
  async read(name: string): Promise<StrategyFile> {
    const found = await this.find(name);
    if (found !== null) return { name, file: found.file, ...contentOf(found.bytes) };
    throw new KtrdrError(
      'strategy_not_found',
      `There is no strategy "${name}" in ${this.folder}. List all strategies: ktrdr strategies list`,
    );
  }

  /**
   * Writes a whole file, or nothing.
   *
   * @param revision of the file that is replaced; `null`: there is none yet
   * @throws KtrdrError `invalid_name`, `strategy_changed`, `strategy_invalid`, `invalid_request`, `folder_read_only`, `disk_full`,
   * `storage_failed`
   */
  save(name: string, text: string, revision: string | null): Promise<SavedFile> {
    return this.inTurn(async () => {
      if (name === RESERVED) {
        throw new KtrdrError('invalid_name', `"${RESERVED}" is reserved. Choose another name for the file.`);
      }
      const bytes = bytesOfText(text);
      const found = await this.find(name);
      requireRevision(name, found?.revision ?? null, revision);
      const file = found?.file ?? name + ENDINGS[0];
      await this.write(name, file, bytes, found === null);
      return { file, revision: revisionOf(bytes), created: found === null };
    });
  }

  /**
   * @throws KtrdrError `invalid_name`, `strategy_not_found`, `strategy_changed`, `strategy_invalid`, `folder_read_only`,
   * `storage_failed`
   */
  delete(name: string, revision: string): Promise<{ file: string }> {
    return this.inTurn(async () => {
      const { file, ...found } = await this.read(name);
      requireRevision(name, found.revision, revision);
      await rm(join(this.folder, file)).catch((error: unknown) => {
        throw this.failure(error, `deleting ${file}`);
      });
      return { file };
    });
  }

  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => undefined);
    return result;
  }

  private async find(name: string): Promise<{ file: string; bytes: Buffer; revision: string } | null> {
    if (!STRATEGY_NAME_PATTERN.test(name)) {
      throw new KtrdrError(
        'invalid_name',
        `${shown(name)} is not a strategy name: it must be ${STRATEGY_NAME_RULE}.`,
      );
    }
    const files = await this.fileNames();
    const file = ENDINGS.map((ending) => name + ending).find((candidate) => files.includes(candidate));
    if (file === undefined) return null;
    try {
      const bytes = await this.bytesOf(file);
      return { file, bytes, revision: revisionOf(bytes) };
    } catch (cause) {
      if (!(cause instanceof RefusedFileError)) throw cause;
      throw new KtrdrError(
        'strategy_invalid',
        `${file} in ${this.folder} ${cause.reason}. It must be a file that the API has permission to read.`,
        { cause },
      );
    }
  }

  private async write(name: string, file: string, bytes: Buffer, isNew: boolean): Promise<void> {
    let temporary: string | null = null;
    try {
      temporary = await mkdtemp(join(this.folder, `.saving-${file}-`));
      const written = join(temporary, file);
      const handle = await open(written, 'wx');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // a link never replaces a file that somebody else has just created
      if (isNew) await link(written, join(this.folder, file));
      else await rename(written, join(this.folder, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw this.failure(error, `saving ${file}`);
      throw changed(name, `There is already a strategy ${name}.`, ALREADY_THERE, null);
    } finally {
      if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    }
  }

  private failure(error: unknown, doing: string): KtrdrError {
    const { code } = error as NodeJS.ErrnoException;
    if (!READ_ONLY.has(code)) return storageError(error, doing, 'STRATEGIES_DIR');
    return new KtrdrError(
      'folder_read_only',
      `${doing.charAt(0).toUpperCase()}${doing.slice(1)} failed (${code}): the API cannot write to ${this.folder}. Nothing was changed. ` +
        'Give the API write permission there, or set STRATEGIES_DIR to a folder that it can write to.',
      { details: { path: this.folder, cause: code }, cause: error },
    );
  }

  private async fileNames(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).sort();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new KtrdrError(
        'invalid_setting',
        code === 'ENOENT'
          ? `There is no strategies folder ${this.folder}. Create it, or set STRATEGIES_DIR to another folder, and start the API again.`
          : `The strategies folder ${this.folder} cannot be read (${code}). Set STRATEGIES_DIR to a readable folder, and start the API again.`,
        { cause },
      );
    }
  }
}

const ALREADY_THERE = 'Choose another name, or read the file first.';

/** @throws KtrdrError `strategy_changed` */
function requireRevision(name: string, actual: string | null, expected: string | null): void {
  if (actual === expected) return;
  if (expected === null) throw changed(name, `There is already a strategy ${name}.`, ALREADY_THERE, actual);
  if (actual === null)
    throw changed(name, `The strategy ${name} was deleted.`, 'Save it as a new file (revision null).', null);
  throw changed(
    name,
    `The strategy ${name} has changed since you read it.`,
    'Read the file again, and repeat your change.',
    actual,
  );
}

/** @param revision of the stored file, if there is one and it is known */
function changed(name: string, what: string, advice: string, revision: string | null): KtrdrError {
  return new KtrdrError('strategy_changed', `${what} Nothing was changed. ${advice}`, {
    details: { name, revision },
  });
}

function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function contentOf(bytes: Buffer): { text: string; revision: string } {
  return { text: bytes.toString('utf8'), revision: revisionOf(bytes) };
}

/** @throws KtrdrError `invalid_request`, `strategy_invalid` */
function bytesOfText(text: string): Buffer {
  if (/\p{Surrogate}/u.test(text)) {
    throw new KtrdrError(
      'invalid_request',
      'text contains half of a surrogate pair, which UTF-8 cannot store. Remove the broken character.',
    );
  }
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= LIMITS.fileBytes) return bytes;
  throw new KtrdrError(
    'strategy_invalid',
    `The text has ${bytes.length} bytes; a strategy file may have at most ${LIMITS.fileBytes}. Shorten it.`,
  );
}
