import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.js';

/** Another process may take the free port before the server does. */
const START_TRIES = 3;
const START_TIMEOUT_MS = 25_000;
const STOP_TIMEOUT_MS = 10_000;
/** Number of characters of the server's log kept for error messages. */
const LOG_LENGTH = 4_000;
/** Absolute path, because `user` may lack access to the folders in PATH. */
const SHELL = '/bin/sh';
const PORT_IS_TAKEN = /address already in use/i;

/**
 * Runs a program that ends with this process, even if this process is killed. A subshell waits until file descriptor 3,
 * which only this process holds open, is closed. Then it kills the program.
 */
const ENDS_WITH_PARENT = '(read -r _ <&3; kill -QUIT $$) >/dev/null 2>&1 & exec "$@" 3<&-';

/** The server to run. */
export interface ServerProgram {
  command: string;
  args: readonly string[];
  /** Matches the server's log when the server accepts connections. */
  isReady: RegExp;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** The user that runs the server; default: the user of this process. */
  user?: { uid: number; gid: number };
}

/** A server program for tests and benchmarks. */
export class ServerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /**
   * Starts a server on a free port of 127.0.0.1 and resolves when it answers.
   * @throws an error with the end of the server's log if it does not start
   */
  static async onFreePort(
    programOn: (port: number) => ServerProgram,
  ): Promise<{ port: number; server: ServerProcess }> {
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      try {
        return { port, server: await ServerProcess.start(programOn(port)) };
      } catch (error) {
        if (attempt === START_TRIES || !PORT_IS_TAKEN.test((error as Error).message)) throw error;
      }
    }
  }

  /**
   * Starts a server and resolves when it is ready. @throws an error with the end of the server's log if it does not
   * start
   */
  static async start(
    { command, args, isReady, env, user }: ServerProgram,
    timeoutMs = START_TIMEOUT_MS,
  ): Promise<ServerProcess> {
    const child = spawn(SHELL, ['-c', ENDS_WITH_PARENT, 'sh', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      cwd: '/',
      env: { ...process.env, ...env },
      ...user,
    });
    // the shell's subprocess ends too, and with it the last writer of the log
    child.once('exit', () => child.stdio[3]?.destroy());
    let log = '';
    const ready = new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        log = (log + chunk.toString()).slice(-LOG_LENGTH);
        if (isReady.test(log)) resolve();
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('error', reject);
      child.once('close', (code, signal) => reject(new Error(`it exited with ${signal ?? code}`)));
      setTimeout(() => reject(new Error(`not ready after ${timeoutMs} ms`)), timeoutMs).unref();
    });
    const server = new ServerProcess(child);
    try {
      await ready;
      return server;
    } catch (error) {
      await server.stop('SIGKILL');
      throw new Error(`${command} did not start: ${(error as Error).message}\n${log.trim()}`, {
        cause: error,
      });
    }
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Stops the server and resolves when it has ended. Kills it if it does not end in time. */
  async stop(signal: NodeJS.Signals, timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
    if (this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill(signal);
      const late = setTimeout(() => this.child.kill('SIGKILL'), timeoutMs);
      await ended;
      clearTimeout(late);
    }
    for (const stream of this.child.stdio) stream?.destroy();
  }
}
