import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { OperationStoreLocation } from '../src/open-operation-store.js';

const FIXTURE = join(import.meta.dirname, 'fixtures/store-process.mjs');

/** One line printed by a store process. */
export interface Acknowledged {
  id: string;
  changed?: boolean;
  epoch?: number;
  status?: string;
  result?: unknown;
}

/** A process that uses a store. It waits for the signal to start. */
export class StoreProcess {
  readonly acknowledged: Acknowledged[] = [];
  private readonly exited: Promise<unknown>;
  private errors = '';

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'close');
    child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  /** Resolves when the process is ready. */
  static async start(
    work: 'open' | 'create' | 'take-over' | 'write' | `die-${string}`,
    location: OperationStoreLocation,
    name: string,
  ): Promise<StoreProcess> {
    const child = spawn(process.execPath, [FIXTURE, work, JSON.stringify(location), name]);
    const started = new StoreProcess(child);
    const lines = createInterface(child.stdout);
    const ready = once(lines, 'line');
    const gone = started.exited.then(() =>
      Promise.reject(new Error(`the process ended early: ${started.errors}`)),
    );
    gone.catch(() => {});
    await Promise.race([ready, gone]);
    lines.on('line', (line) => started.acknowledged.push(JSON.parse(line) as Acknowledged));
    return started;
  }

  begin(): void {
    this.child.stdin?.write('begin\n');
  }

  /** Resolves with the printed lines. @throws if the process failed */
  async finish(): Promise<Acknowledged[]> {
    await this.exited;
    if (this.child.exitCode !== 0)
      throw new Error(`the process exited with ${this.child.exitCode}: ${this.errors}`);
    return this.acknowledged;
  }

  /** Waits until the process has killed itself. Resolves with the printed lines. */
  async die(): Promise<Acknowledged[]> {
    await this.exited;
    if (this.child.signalCode !== 'SIGKILL') throw new Error(`the process did not die: ${this.errors}`);
    return this.acknowledged;
  }

  /** Kills the process. Resolves with the lines printed before. */
  async kill(): Promise<Acknowledged[]> {
    this.child.kill('SIGKILL');
    await this.exited;
    return this.acknowledged;
  }
}

/** Runs `count` processes that start together. @returns the lines of each, after all have ended */
export async function together(
  count: number,
  work: 'open' | 'create' | 'take-over',
  location: OperationStoreLocation,
): Promise<Acknowledged[][]> {
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const processes = await Promise.all(names.map((name) => StoreProcess.start(work, location, name)));
  for (const each of processes) each.begin();
  return Promise.all(processes.map((each) => each.finish()));
}
