import { mkdir, mkdtemp, readdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KtrdrError } from '@ktrdr/contracts';

/** A folder named by a setting. */
export interface FolderSetting {
  /** Name of the setting: `MODELS_DIR`. */
  setting: string;
  /** Absolute path. */
  folder: string;
  /** `write`: the service must be able to write to the folder. `read`: it only has to be readable. */
  use: 'read' | 'write';
}

/**
 * Codes of a full disk. A full disk does not prevent the start: the service cannot train, but it can still show stored
 * data. Operations that need space report the problem themselves.
 */
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Creates missing folders and checks the access to each: lists it, or writes and removes a test file.
 *
 * @returns the folders that were created
 * @throws KtrdrError `invalid_setting` for the first unusable folder, with its setting and the system's error code
 */
export async function prepareFolders(folders: readonly FolderSetting[]): Promise<FolderSetting[]> {
  const made: FolderSetting[] = [];
  for (const one of folders) {
    if (await attempt(one, 'cannot be created', () => makeFolder(one.folder))) made.push(one);
    if (one.use === 'write') await attempt(one, 'is not writable', () => tryWriting(one.folder));
    else await attempt(one, 'is not readable', () => readdir(one.folder));
  }
  return made;
}

/**
 * Returns true if the folder was missing. Creates one level at a time, because `mkdir` with `recursive` fails badly: it
 * retries forever if a folder cannot be created in an existing parent (as in `/proc`), and it reports a missing path on
 * a read-only disk.
 */
async function makeFolder(folder: string): Promise<boolean> {
  const missing: string[] = [];
  for (let path = folder; !(await exists(path)); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      // another starting service has created it meanwhile
      if (error.code !== 'EEXIST') throw error;
    });
  }
  if (!(await stat(folder)).isDirectory())
    throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  return missing.length > 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function tryWriting(folder: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(folder, '.ktrdr-')));
  } catch (error) {
    if (!DISK_FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function attempt<T>(
  { setting, folder, use }: FolderSetting,
  problem: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      code === 'ENOTDIR' ? 'it is not a folder, or one of its parents is not' : `the folder ${problem}`;
    throw new KtrdrError(
      'invalid_setting',
      `The setting ${setting}=${folder} is not valid: ${what} (${code}). Set ${setting} to a folder that this user can ${use}${use === 'write' ? ' to' : ''}.`,
      { details: { setting, folder, cause: code }, cause },
    );
  }
}
