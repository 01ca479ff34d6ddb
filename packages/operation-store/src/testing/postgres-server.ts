import { execFile } from 'node:child_process';
import { chown, lstat, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerProcess, type ServerProgram } from '@ktrdr/contracts/testing';
import pg from 'pg';
import { postgresPrograms, type PostgresPrograms } from './postgres-programs.js';

const run = promisify(execFile);

const USER = 'postgres';
const PASSWORD = 'secret';
const HOST = '127.0.0.1';
const INIT_TIMEOUT_MS = 25_000;
/** Name of the data folder. */
const DATA = 'data';

/** A separate PostgreSQL server for tests and benchmarks. Its data folder is deleted when the server stops. */
export class PostgresServer {
  private databases = 0;

  private constructor(
    private server: ServerProcess,
    private readonly folder: string,
    private readonly programOn: (port: number) => ServerProgram,
    readonly port: number,
  ) {}

  /**
   * Resolves when the server accepts connections. The server ends when this process ends.
   *
   * @param durable waits for the disk, as in production; otherwise the server is faster, but a power failure destroys
   *   its data
   * @throws an error with the server's log if the server does not start
   */
  static async start({ durable = false } = {}): Promise<PostgresServer> {
    const programs = await postgresPrograms();
    const folder = await mkdtemp(join(programs.temporary, 'ktrdr-postgres-'));
    try {
      const data = await freshData(programs, folder);
      const programOn = (port: number): ServerProgram => ({
        command: programs.postgres,
        args: ['-D', data, '-p', String(port), ...serverSettings(durable)],
        isReady: /database system is ready to accept connections/,
        // the log must be in English: `isReady` reads it
        env: { LC_ALL: 'C' },
        user: programs.user,
      });
      const { port, server } = await ServerProcess.onFreePort(programOn);
      return new PostgresServer(server, folder, programOn, port);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Creates an empty database. @returns its URL */
  async createDatabase(): Promise<string> {
    const name = `ktrdr_${++this.databases}`;
    const client = new pg.Client({ connectionString: this.url('postgres') });
    await client.connect();
    try {
      await client.query(`create database ${name}`);
    } finally {
      await client.end();
    }
    return this.url(name);
  }

  /** Number of times that the server has waited for its log to be on disk, since it started. */
  async flushes(): Promise<number> {
    const client = new pg.Client({ connectionString: this.url('postgres') });
    await client.connect();
    try {
      const { rows: version } = await client.query<{ number: number }>(
        `select current_setting('server_version_num')::int as number`,
      );
      const counted =
        version[0]!.number >= 180_000
          ? `select sum(fsyncs)::int as count from pg_stat_io where object = 'wal' and context = 'normal'`
          : 'select wal_sync::int as count from pg_stat_wal';
      return (await client.query<{ count: number }>(counted)).rows[0]!.count;
    } finally {
      await client.end();
    }
  }

  url(database: string, { user = USER, password = PASSWORD } = {}): string {
    return `postgres://${user}:${password}@${HOST}:${this.port}/${database}`;
  }

  /**
   * Stops the server, runs `meanwhile`, and starts the server again with the same databases.
   *
   * @param how `crash`: without writing what is only in memory
   */
  async restart(
    meanwhile: () => Promise<void> = async () => {},
    how: 'stop' | 'crash' = 'stop',
  ): Promise<void> {
    await this.server.stop(how === 'crash' ? 'SIGQUIT' : 'SIGINT');
    try {
      await meanwhile();
    } finally {
      this.server = await ServerProcess.start(this.programOn(this.port));
    }
  }

  async stop(): Promise<void> {
    // the data is deleted, so the server need not write it to disk first
    await this.server.stop('SIGQUIT');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Unpacks a new data folder. `initdb` takes a second of processor time, so its result is kept in an archive, one per version, user
 * who made it, and user who runs PostgreSQL. An archive of anyone else is neither read nor replaced.
 *
 * @returns the data folder
 */
async function freshData(programs: PostgresPrograms, folder: string): Promise<string> {
  const { user, temporary, version } = programs;
  const owner = process.getuid?.();
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const archive = join(temporary, `ktrdr-postgres-${version}-data-${owner}-${user?.uid ?? owner}.tar`);
  const found = await lstat(archive).catch(() => null);
  // anyone may write to the folder for temporary files
  if (found?.isFile() !== true || found.uid !== owner) {
    await initialise(programs, folder);
    if (found === null) await pack(folder, archive);
    return join(folder, DATA);
  }
  await run('tar', ['-xpf', archive, '--numeric-owner', '-C', folder]);
  return join(folder, DATA);
}

async function initialise({ initdb, user }: PostgresPrograms, folder: string): Promise<void> {
  const password = join(folder, 'password');
  await writeFile(password, PASSWORD);
  if (user !== undefined) await chown(password, user.uid, user.gid);
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync'];
  const names = [`--pgdata=${join(folder, DATA)}`, `--username=${USER}`, `--pwfile=${password}`];
  await run(initdb, [...options, ...names], {
    cwd: '/',
    timeout: INIT_TIMEOUT_MS,
    ...user,
  });
}

/**
 * Several processes may do this at once: the archive appears only when it is complete. This process's user runs `tar`, because
 * another user may not find it in PATH.
 */
async function pack(folder: string, archive: string): Promise<void> {
  const fresh = join(folder, 'data.tar');
  await run('tar', ['-cf', fresh, '-C', folder, DATA]);
  await rename(fresh, archive);
}

function serverSettings(durable: boolean): string[] {
  const settings = [
    `listen_addresses=${HOST}`,
    'unix_socket_directories=',
    `fsync=${durable ? 'on' : 'off'}`,
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}
