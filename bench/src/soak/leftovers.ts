import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { until, type Sandbox, type TestService } from '@ktrdr/service-kit/testing';
import { MEMORY_LINE } from './memory-line.js';

/** Resources that an idle service holds. */
export interface Leftovers {
  /** Objects after garbage collection, on and off the heap, MiB. */
  memory: number;
  /** Resident memory of the process, MiB. */
  resident: number;
  /** Open files, sockets and pipes. */
  handles: string[];
  /** Ids of child processes. */
  children: number[];
}

const MB = 2 ** 20;
/** After this time without operations, idle connections are closed and child processes have ended. */
const QUIET_MS = 7_000;

/** Measures an API of `sandbox` that was started with `memory-hook.js`, a few seconds after its last operation. */
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

/** Sorted targets of a process's open handles, without the numbers of sockets and pipes. */
async function handlesOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const targets = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => null));
  return (await Promise.all(targets))
    .filter((target) => target !== null)
    .map((target) => target.replace(/^(socket|pipe):.*/, '$1'))
    .toSorted();
}
