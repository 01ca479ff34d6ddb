import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { KtrdrError, OPERATION_ID_PATTERN } from '@ktrdr/contracts';
import { unlessMissing } from './storage-error.js';

const OWNER_SUFFIX = '.owner.json';

/**
 * Folders of runs whose files are not in their place yet: `{parent}/.staging/{operationId}.{random}/`, on the file system of that place so
 * that a rename moves them. Each attempt has its own folder: the trainer of an earlier attempt may still run for a moment after its
 * service was killed. Beside each folder a note says which process it belongs to, so that one service never sweeps another's away.
 */
export class Staging {
  readonly directory: string;
  private readonly own = new Set<string>();

  constructor(parent: string) {
    this.directory = join(parent, '.staging');
  }

  /** A new, empty folder. @throws KtrdrError `invalid_name`; else what the file system says */
  async create(operationId: string): Promise<string> {
    if (!OPERATION_ID_PATTERN.test(operationId)) {
      throw new KtrdrError('invalid_name', `'${operationId}' is not an operation's id.`);
    }
    await mkdir(this.directory, { recursive: true });
    const directory = await mkdtemp(join(this.directory, `${operationId}.`));
    const name = basename(directory);
    this.own.add(name);
    try {
      await writeFile(this.noteOf(name), JSON.stringify({ pid: process.pid, host: hostname() }));
    } catch (error) {
      await this.discard(directory);
      throw error;
    }
    return directory;
  }

  /** Removes a folder that {@link create} made; any other is left alone. */
  async remove(directory: string): Promise<void> {
    if (dirname(directory) === this.directory) await this.removeFolder(basename(directory));
  }

  /** Removes a folder that is no longer needed. If that fails, the next {@link removeStale} removes it. Never rejects. */
  async discard(directory: string): Promise<void> {
    await this.remove(directory).catch(() => undefined);
  }

  /** Removes the folders of processes of this machine that are gone. Returns their names. */
  async removeStale(): Promise<string[]> {
    const removed: string[] = [];
    for (const name of await this.names()) {
      if (this.own.has(name) || (await this.ownerLives(name))) continue;
      await this.removeFolder(name);
      removed.push(name);
    }
    return removed;
  }

  private async removeFolder(name: string): Promise<void> {
    // a trainer that outlives its service for a moment may still write into the folder
    await rm(join(this.directory, name), { recursive: true, force: true, maxRetries: 3 });
    await rm(this.noteOf(name), { force: true });
    this.own.delete(name);
  }

  private async names(): Promise<string[]> {
    const entries = await readdir(this.directory).catch((error: unknown) =>
      unlessMissing(error, this.directory, []),
    );
    return [...new Set(entries.map((entry) => entry.replace(OWNER_SUFFIX, '')))];
  }

  private async ownerLives(name: string): Promise<boolean> {
    const path = this.noteOf(name);
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

  private noteOf(name: string): string {
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
