/**
 * A queue host whose jobs compute nothing, one job at a time like a host with one device. Arguments: URL of the queue, name of the
 * queue, name of the host, length of a job (ms). It sends a message when it takes jobs, stops on any message, and ends when its
 * parent ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { JobWorker } from '@ktrdr/job-queue';
import { anyReader } from '@ktrdr/job-queue/testing';
import { DEFAULT_LEASE_MS, systemClock } from '@ktrdr/orchestrator';
import { QUIET } from './quiet.js';

const [url = '', queue = '', name = '', jobMs = '0'] = process.argv.slice(2);
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
  work: () => (jobMs === '0' ? Promise.resolve(null) : sleep(Number(jobMs), null)),
});
process.once('disconnect', () => process.exit(1));
process.once('message', () => void worker.stop().finally(() => process.exit(0)));
await worker.start();
process.send?.('takes jobs');
