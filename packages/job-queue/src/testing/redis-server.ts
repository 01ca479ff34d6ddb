import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '@ktrdr/contracts/testing';

const HOST = '127.0.0.1';

/** A separate Redis server for tests and benchmarks, without persistence. It needs the system's `redis-server`. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly server: ServerProcess,
    private readonly folder: string,
  ) {}

  /**
   * Resolves when the server accepts connections. The server ends when this process ends.
   *
   * @throws an error with the server's log if the server does not start
   */
  static async start(): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ktrdr-redis-'));
    const options = ['--bind', HOST, '--dir', folder, '--save', '', '--appendonly', 'no'];
    try {
      const { port, server } = await ServerProcess.onFreePort((free) => ({
        command: 'redis-server',
        args: ['--port', String(free), ...options],
        isReady: /Ready to accept connections/,
      }));
      return new RedisServer(port, server, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get pid(): number {
    return this.server.pid;
  }

  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** Deletes all data, as a restart without persistence would. */
  async loseAll(): Promise<void> {
    const socket = connect(this.port, HOST);
    socket.write('FLUSHALL\r\n');
    await once(socket, 'data');
    socket.destroy();
  }

  async stop(): Promise<void> {
    await this.server.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
