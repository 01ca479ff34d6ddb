import {
  constants,
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError, UsageError } from './cli-error.js';
import { EXIT } from './exit-code.js';

/** Maximum size of the file, bytes. */
const MAX_SIZE = 65_536;

/**
 * The tokens of a user: one line `URL token` for each API. A token is sent only to the URL of its line. Only the user may
 * read the file: it must be a regular file of the user with mode 0600, not a link.
 */
export class TokenFile {
  constructor(readonly path: string) {}

  /** The token for the API at `apiUrl`, or `null`. @throws UsageError if others may have read or written the file */
  find(apiUrl: string): string | null {
    return this.read().get(apiUrl) ?? null;
  }

  /** Saves a token for the API at `apiUrl`; replaces an earlier one. @throws UsageError, CliError */
  save(apiUrl: string, token: string): void {
    this.write(this.read().set(apiUrl, token));
  }

  /** @returns false if there was no token for the API at `apiUrl`. @throws UsageError, CliError */
  remove(apiUrl: string): boolean {
    const tokens = this.read();
    if (!tokens.delete(apiUrl)) return false;
    if (tokens.size > 0) this.write(tokens);
    else rmSync(this.path, { force: true });
    return true;
  }

  private read(): Map<string, string> {
    const text = this.readSafely();
    const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
    return new Map(
      lines.flatMap(([url, token]) => (url === undefined || token === undefined ? [] : [[url, token]])),
    );
  }

  private readSafely(): string {
    let file: number;
    try {
      // without O_NONBLOCK, opening a FIFO would wait for its writer
      file = openSync(this.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return '';
      const problem = code === 'ELOOP' ? 'it is a link' : `it cannot be opened (${code})`;
      throw this.unsafe(problem, error);
    }
    try {
      const status = fstatSync(file);
      if (!status.isFile()) throw this.unsafe('it is not a file');
      if (process.getuid !== undefined && status.uid !== process.getuid())
        throw this.unsafe('it belongs to another user');
      const mode = status.mode & 0o777;
      if (process.platform !== 'win32' && mode !== 0o600)
        throw this.unsafe(
          `its mode is ${mode.toString(8).padStart(4, '0')}, so others may have read it. If they have not: chmod 600 ${this.path}`,
        );
      if (status.size > MAX_SIZE) throw this.unsafe('it is too large');
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  }

  /** Writes a new file and renames it, so that nobody sees half of it. */
  private write(tokens: ReadonlyMap<string, string>): void {
    const text = [...tokens].map(([url, token]) => `${url} ${token}\n`).join('');
    let folder: string | undefined;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      folder = mkdtempSync(`${this.path}-`);
      const made = join(folder, 'token');
      writeFileSync(made, text, { mode: 0o600, flag: 'wx' });
      renameSync(made, this.path);
    } catch (error) {
      throw new CliError(`${this.path} cannot be written: ${(error as Error).message}`, EXIT.failed, {
        cause: error,
      });
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  private unsafe(problem: string, cause?: unknown): UsageError {
    return new UsageError(
      `${this.path} is not used: ${problem}. It holds your access tokens and must be a file of yours with mode 0600. To start again, remove it and run: ktrdr login`,
      { cause },
    );
  }
}
