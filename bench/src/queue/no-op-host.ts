import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const START_MS = 60_000;
const STOP_MS = 10_000;

/** Times that the jobs of a host take, ms. */
export interface JobTimes {
  shortest: number;
  longest: number;
}

/** What a host has measured, ms. */
export interface HostTimes {
  /** Times of its jobs. */
  jobs: number[];
  /** Times between two jobs. */
  pauses: number[];
}

/** A process that takes jobs from the queue and completes them after a time, without work. */
export class NoOpHost {
  /** Known when the host has stopped. */
  times: HostTimes = { jobs: [], pauses: [] };

  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when the host takes jobs. @throws if the process ends earlier */
  static start(url: string, queue: string, name: string, { shortest, longest }: JobTimes): Promise<NoOpHost> {
    return NoOpHost.launch('no-op-process.js', name, [url, queue, name, String(shortest), String(longest)]);
  }

  /** A worker of BullMQ alone. */
  static startBare(url: string, queue: string, name: string): Promise<NoOpHost> {
    return NoOpHost.launch('bare-process.js', name, [url, queue]);
  }

  private static async launch(program: string, name: string, args: string[]): Promise<NoOpHost> {
    const file = new URL(program, import.meta.url);
    const child = fork(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const host = new NoOpHost(child);
    try {
      const signal = AbortSignal.timeout(START_MS);
      const ended = once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`the host ${name} ended with exit code ${code} while it started`);
      });
      await Promise.race([once(child, 'message', { signal }), ended]);
      ended.catch(() => {});
      return host;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.once('message', (times) => (this.times = times as HostTimes));
    if (this.child.connected) this.child.send('stop');
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(late);
  }
}
