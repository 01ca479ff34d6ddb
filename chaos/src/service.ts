import { setTimeout as sleep } from 'node:timers/promises';
import type { TestService } from '@ktrdr/service-kit/testing';

export type Settings = Record<string, string>;

/** A service that can be stopped and restarted with the same state. */
export class Service {
  private constructor(
    private readonly start: (settings: Settings) => Promise<TestService>,
    private current: TestService,
  ) {}

  /** @param start receives extra settings that apply to this start only */
  static async start(start: (settings: Settings) => Promise<TestService>): Promise<Service> {
    return new Service(start, await start({}));
  }

  get url(): string {
    return this.current.url;
  }

  /** @param pauseMs time between the end and the next start */
  async restart(by: 'SIGKILL' | 'SIGTERM', pauseMs = 0, settings: Settings = {}): Promise<void> {
    await this.end(by);
    await sleep(pauseMs);
    this.current = await this.start(settings);
  }

  async end(by: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (by === 'SIGKILL') this.current.kill(by);
    else await this.current.stop();
    await this.current.ended;
  }

  stopFor(ms: number): Promise<void> {
    return stopProcess(this.current.pid, ms);
  }
}

/** Sends SIGSTOP, and SIGCONT after `ms`. */
export async function stopProcess(pid: number, ms: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  await sleep(ms);
  signal(pid, 'SIGCONT');
}

/** Sends a signal; ignores a process that has already ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
