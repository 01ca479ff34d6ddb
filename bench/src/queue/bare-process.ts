/** A worker of BullMQ alone. Arguments: URL and name of the queue. It sends a message when it takes jobs and stops on any message. */
import { startBareWorker } from '@ktrdr/job-queue/testing';

const [url = '', queue = ''] = process.argv.slice(2);
const stop = await startBareWorker(url, queue);
process.once('disconnect', () => process.exit(1));
process.once('message', () => void stop().finally(() => process.exit(0)));
process.send?.('takes jobs');
