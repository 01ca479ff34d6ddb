import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KtrdrError, OPERATION_ID_PATTERN } from '@ktrdr/contracts';
import { unlessMissing } from './storage-error.js';

const OWNER_SUFFIX = '.owner.json';

/**
 * Folders of runs whose files are not in their place yet: `{parent}/.staging/{operationId}/`, on the file system of that place so that a
 * rename moves them. Beside each a note says which process it belongs to, so that one service never sweeps another's away.
 */
export class Staging {
  readonly directory: string;
  readonly #own = new Set<string>();

  constructor(parent: string) {
    this.directory = join(parent, '.staging');
  }

  /** An empty folder. @throws KtrdrError `invalid_name`; else what the file system says */
  async create(operationId: string): Promise<string> {
    if (!OPERATION_ID_PATTERN.test(operationId)) {
      throw new KtrdrError('invalid_name', `'${operationId}' is not an operation's id.`);
    }
    const directory = join(this.directory, operationId);
    try {
      await this.remove(operationId);
      await mkdir(directory, { recursive: true });
      await writeFile(this.#noteOf(operationId), JSON.stringify({ pid: process.pid, host: hostname() }));
    } catch (error) {
      await this.discard(operationId);
      throw error;
    }
    this.#own.add(operationId);
    return directory;
  }

  async remove(operationId: string): Promise<void> {
    await rm(join(this.directory, operationId), { recursive: true, force: true });
    await rm(this.#noteOf(operationId), { force: true });
    this.#own.delete(operationId);
  }

  /** Removes a folder that is no longer needed. If that fails, the next {@link removeStale} removes it. Never rejects. */
  async discard(operationId: string): Promise<void> {
    await this.remove(operationId).catch(() => undefined);
  }

  /** Removes the folders of processes of this machine that are gone. */
  async removeStale(): Promise<string[]> {
    const removed: string[] = [];
    for (const name of await this.#names()) {
      if (this.#own.has(name) || (await this.#ownerLives(name))) continue;
      await this.remove(name);
      removed.push(name);
    }
    return removed;
  }

  async #names(): Promise<string[]> {
    const entries = await readdir(this.directory).catch((error: unknown) =>
      unlessMissing(error, this.directory, []),
    );
    return [...new Set(entries.map((entry) => entry.replace(OWNER_SUFFIX, '')))];
  }

  async #ownerLives(name: string): Promise<boolean> {
    const path = this.#noteOf(name);
    const text = await readFile(path, 'utf8').catch((error: unknown) => unlessMissing(error, path, ''));
    try {
      const note = JSON.parse(text) as { pid?: unknown; host?: unknown };
      if (typeof note.pid !== 'number') return false;
      if (note.host !== hostname()) return true;
      // the same number again, after a restart: as the first process of a container always is
      return note.pid !== process.pid && processLives(note.pid);
    } catch {
      // cut off while it was written
      return false;
    }
  }

  #noteOf(name: string): string {
    return join(this.directory, `${name}${OWNER_SUFFIX}`);
  }
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
