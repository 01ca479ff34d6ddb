import { systemClock } from '@ktrdr/orchestrator';
import type { Queue, Worker } from 'bullmq';
import { QueueConnection } from '../queue-connection.js';

const LOCK_MS = 30_000;
/** Time between two looks whether all jobs have ended, ms. */
const LOOK_MS = 20;

/** A queue of BullMQ without anything of ours around its jobs: what a job costs at least. */
export class BareQueue {
  private readonly queue: Queue;

  constructor(url: string, name: string) {
    this.queue = new QueueConnection(url, name, systemClock).queue();
  }

  async add(id: string): Promise<void> {
    await this.queue.add(
      'job',
      { data: null, user: null, userLimit: 0 },
      { jobId: id, priority: 2, attempts: 1 },
    );
  }

  /** Resolves when so many jobs have ended since the queue was created. */
  async untilEnded(count: number): Promise<void> {
    while ((await this.queue.getJobCounts('completed')).completed! < count) await systemClock.sleep(LOOK_MS);
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}

/** Takes jobs of a `BareQueue`, one at a time, and completes them at once. @returns a function that stops it */
export async function startBareWorker(url: string, name: string): Promise<() => Promise<void>> {
  const worker: Worker = new QueueConnection(url, name, systemClock).worker(async () => null, {
    concurrency: 1,
    lockDuration: LOCK_MS,
    drainDelay: 1,
    autorun: false,
  });
  await worker.waitUntilReady();
  void worker.run();
  return () => worker.close();
}
