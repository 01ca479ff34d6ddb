import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';
const START_TRIES = 3;
const START_LOOKS = 1_000;
const LOOK_MS = 20;

/** A Redis server of its own for tests and benchmarks, which keeps nothing. It needs the system's `redis-server`. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @throws where there is no `redis-server`, or none that starts */
  static async start(): Promise<RedisServer> {
    for (let attempt = 1; ; attempt += 1) {
      const server = await RedisServer.#startOn(await freePort());
      if (server !== null) return server;
      // another process may have taken the port
      if (attempt === START_TRIES) throw new Error('redis-server does not start');
    }
  }

  static async #startOn(port: number): Promise<RedisServer | null> {
    const folder = await mkdtemp(join(tmpdir(), 'ktrdr-redis-'));
    const args = [
      '--port',
      String(port),
      '--bind',
      HOST,
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    const up = untilListens(port, child);
    const isUp = await Promise.race([up, failed]);
    if (isUp) return new RedisServer(port, child, folder);
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
    return null;
  }

  get pid(): number {
    return this.process.pid as number;
  }

  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** It has lost all that it had, as after a start without a file. */
  async loseAll(): Promise<void> {
    const socket = connect(this.port, HOST);
    socket.write('FLUSHALL\r\n');
    await once(socket, 'data');
    socket.destroy();
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
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

async function untilListens(port: number, child: ChildProcess): Promise<boolean> {
  for (let look = 0; look < START_LOOKS && child.exitCode === null; look += 1) {
    const socket = connect({ port, host: HOST });
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (connected) return true;
    await sleep(LOOK_MS);
  }
  return false;
}
