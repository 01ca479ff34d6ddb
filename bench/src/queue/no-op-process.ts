/**
 * A host of the queue that does nothing, one job at a time as a host with one device. Arguments: the queue's URL, its name, the
 * host's name. It says when it takes jobs, stops when it is told anything, and ends with the process that started it.
 */
import { JobWorker } from '@ktrdr/job-queue';
import { DEFAULT_LEASE_MS, systemClock } from '@ktrdr/orchestrator';
import { QUIET } from './quiet.js';

const [url = '', queue = '', name = ''] = process.argv.slice(2);
const worker = new JobWorker<null, never, null, null>({
  url,
  queue,
  name,
  concurrency: 1,
  leaseMs: DEFAULT_LEASE_MS,
  clock: systemClock,
  logger: QUIET,
  describe: async () => null,
  work: async () => null,
});
process.once('disconnect', () => process.exit(1));
process.once('message', () => void worker.stop().finally(() => process.exit(0)));
await worker.start();
process.send?.('takes jobs');
