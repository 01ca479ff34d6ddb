import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { until, type Sandbox, type TestService } from '@ktrdr/service-kit/testing';
import { MEMORY_LINE } from './memory-line.js';

/** What a service holds while nothing runs. */
export interface Leftovers {
  /** MB of objects after a collection, those outside of the heap too. */
  memory: number;
  /** MB of the process. */
  resident: number;
  /** Open files, sockets and pipes. */
  handles: string[];
  /** Processes that it started. */
  children: number[];
}

const MB = 2 ** 20;
/** Connections that nobody uses are closed after this time, processes have ended. */
const QUIET_MS = 7_000;

/** Of an API of `sandbox` that was loaded with `memory-hook.js`, some seconds after its last operation has ended. */
export async function leftoversOf(api: TestService, sandbox: Sandbox): Promise<Leftovers> {
  await sleep(QUIET_MS);
  const before = linesOf(api).length;
  api.kill('SIGUSR2');
  const lines = await until(
    'memory',
    async () => linesOf(api),
    ({ length }) => length > before,
  );
  const { heapUsed, external, rss } = JSON.parse(lines.at(-1) ?? '') as NodeJS.MemoryUsage;
  return {
    memory: (heapUsed + external) / MB,
    resident: rss / MB,
    handles: await handlesOf(api.pid),
    children: (await sandbox.processes()).filter((pid) => pid !== api.pid),
  };
}

function linesOf({ output }: TestService): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(MEMORY_LINE))
    .map((line) => line.slice(MEMORY_LINE.length));
}

/** What a process has open, sorted; the numbers of sockets and pipes left out. */
async function handlesOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const targets = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => null));
  return (await Promise.all(targets))
    .filter((target) => target !== null)
    .map((target) => target.replace(/^(socket|pipe):.*/, '$1'))
    .toSorted();
}
