import { mkdir, mkdtemp, readdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KtrdrError } from '@ktrdr/contracts';

/** A folder that a setting names. */
export interface FolderSetting {
  /** `MODELS_DIR` */
  setting: string;
  /** Absolute. */
  folder: string;
  /** Whether the service writes there by itself, or may do with a folder that it can only read. */
  use: 'read' | 'write';
}

/** A full disk is told by what needs the room: a service that cannot train can still show what there is. */
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Makes the folders that are missing, and tries each: it is read, or written to and left as it was.
 *
 * @returns those that were made
 * @throws KtrdrError `invalid_setting` for the first that does not do, with its setting and the system's own error code
 */
export async function prepareFolders(folders: readonly FolderSetting[]): Promise<FolderSetting[]> {
  const made: FolderSetting[] = [];
  for (const one of folders) {
    if (await attempt(one, 'cannot be made', () => makeFolder(one.folder))) made.push(one);
    if (one.use === 'write') await attempt(one, 'cannot be written to', () => tryWriting(one.folder));
    else await attempt(one, 'cannot be read', () => readdir(one.folder));
  }
  return made;
}

/**
 * True where it was missing. Folder by folder: `mkdir` with `recursive` tries for ever where a folder cannot be made although
 * its parent is there, as in `/proc`, and tells of a read-only disk that something is missing.
 */
async function makeFolder(folder: string): Promise<boolean> {
  const missing: string[] = [];
  for (let path = folder; !(await exists(path)); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      // another service that starts has made it meanwhile
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
    const what = code === 'ENOTDIR' ? 'it is no folder, or lies in none' : `the folder ${problem}`;
    throw new KtrdrError(
      'invalid_setting',
      `The setting ${setting}=${folder} is not valid: ${what} (${code}). Take a folder that this user may ${use}${use === 'write' ? ' to' : ''}.`,
      { details: { setting, folder, cause: code }, cause },
    );
  }
}
