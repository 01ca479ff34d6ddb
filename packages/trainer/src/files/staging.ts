import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { KtrdrError, OPERATION_ID_PATTERN } from '@ktrdr/contracts';
import { unlessMissing } from './storage-error.js';

const OWNER_SUFFIX = '.owner.json';

/**
 * Temporary folders of runs: `{parent}/.staging/{operationId}.{random}/`. They are on the same file system as the final folder, so
 * that a rename moves them there. Each attempt has its own folder (I15), because the trainer of an earlier attempt may still write for a
 * moment after its service was killed. A note beside each folder names the process that owns it, so that a service does not
 * remove the folders of another.
 */
export class Staging {
  readonly directory: string;
  private readonly own = new Set<string>();

  constructor(parent: string) {
    this.directory = join(parent, '.staging');
  }

  /**
   * Creates an empty folder for a run and returns its path.
   *
   * @throws KtrdrError `invalid_name`; errors of the file system as they are
   */
  async create(operationId: string): Promise<string> {
    if (!OPERATION_ID_PATTERN.test(operationId)) {
      throw new KtrdrError('invalid_name', `'${operationId}' is not an operation id.`);
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

  /** The operation for which {@link create} made a folder. */
  operationOf(directory: string): string {
    return basename(directory).split('.', 1)[0]!;
  }

  /** Removes a folder that {@link create} made. Does nothing for any other folder. */
  async remove(directory: string): Promise<void> {
    if (dirname(directory) === this.directory) await this.removeFolder(basename(directory));
  }

  /** Removes a folder that is no longer needed. If that fails, the next {@link removeStale} removes it. Never rejects. */
  async discard(directory: string): Promise<void> {
    await this.remove(directory).catch(() => undefined);
  }

  /** Removes folders whose process on this machine has ended. Returns their names. */
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
    // a trainer can outlive its service for a moment and still write into the folder
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
      // After a restart this process can have the pid of the note: the first process of a container always has the same pid.
      return note.pid !== process.pid && processLives(note.pid);
    } catch {
      // the writer was killed in the middle
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
