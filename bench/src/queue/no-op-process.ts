/**
 * A queue host whose jobs compute nothing, one job at a time like a host with one device. Arguments: URL of the queue, name of the
 * queue, name of the host, shortest and longest job (ms). It sends a message when it takes jobs, stops on any message, then sends the
 * times of its jobs, and ends when its parent ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { JobWorker } from '@ktrdr/job-queue';
import { anyReader } from '@ktrdr/job-queue/testing';
import { DEFAULT_LEASE_MS, systemClock } from '@ktrdr/orchestrator';
import type { HostTimes } from './no-op-host.js';
import { QUIET } from './quiet.js';

/** Fractions of its multiples are spread evenly. */
const GOLDEN = 0.618;

const [url = '', queue = '', name = '', shortest = '0', longest = '0'] = process.argv.slice(2);
/** Different on each host, so that hosts do not end their jobs together. */
let fraction = (Number.parseInt(name.replaceAll(/\D/g, ''), 10) * GOLDEN) % 1;
let lastEnd: number | null = null;
const times: HostTimes = { jobs: [], pauses: [] };

async function work(): Promise<null> {
  const start = performance.now();
  if (lastEnd !== null) times.pauses.push(start - lastEnd);
  fraction = (fraction + GOLDEN) % 1;
  const ms = Number(shortest) + fraction * (Number(longest) - Number(shortest));
  if (ms > 0) await sleep(ms);
  lastEnd = performance.now();
  // a timer fires up to 2 ms late
  times.jobs.push(lastEnd - start);
  return null;
}

const worker = new JobWorker<null, never, null, null>({
  url,
  queue,
  reader: anyReader(),
  name,
  concurrency: 1,
  leaseMs: DEFAULT_LEASE_MS,
  clock: systemClock,
  logger: QUIET,
  describe: async () => null,
  work,
});
process.once('disconnect', () => process.exit(1));
process.once('message', () => {
  void worker.stop().finally(() => process.send?.(times, () => process.exit(0)));
});
await worker.start();
process.send?.('takes jobs');
