import type { Queue, QueueEvents } from 'bullmq';
import type { Clock } from '@ktrdr/orchestrator';
import type { FirstDelivery } from './first-deliveries.js';
import type { QueueConnection } from './queue-connection.js';
import type { QueueMessages } from './queue-messages.js';
import { within } from './within.js';

/** Delay before an unreachable queue is tried again, ms. */
const RETRY_MS = 1_000;
/** Time between two removals of old jobs, ms. */
const REMOVE_MS = 600_000;
/** Time that the parts of a queue have to close, ms. */
const CLOSE_MS = 2_000;

/** The BullMQ parts that a process needs to add and follow jobs. */
export interface QueueParts {
  queue: Queue;
  events: QueueEvents;
  messages: QueueMessages;
}

/**
 * Opens the parts of a queue for a process that adds jobs. If the first connection fails, closes and reopens them until
 * the queue is reachable, because BullMQ's parts on PostgreSQL never recover from a failed start. They recover from
 * later outages by themselves.
 */
export class QueueClient {
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly listen: (parts: QueueParts) => Promise<void>;
  private parts: QueueParts;
  private readonly closing = new AbortController();

  /** `listen` subscribes to newly opened parts; `onError` gets every error. */
  constructor(
    private readonly connection: QueueConnection,
    {
      clock,
      onError,
      listen,
    }: {
      clock: Clock;
      onError: (error: unknown) => void;
      listen: (parts: QueueParts) => Promise<void>;
    },
  ) {
    this.clock = clock;
    this.onError = onError;
    this.listen = listen;
    this.parts = this.open();
    void this.keep();
    void this.removeOldJobs();
  }

  get queue(): Queue {
    return this.parts.queue;
  }

  get messages(): QueueMessages {
    return this.parts.messages;
  }

  /** Those of the taken jobs that are known without a report. */
  firstDeliveries(jobIds: readonly string[]): Promise<FirstDelivery[]> {
    return this.connection.firstDeliveries(this.queue, jobIds);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.connection.abandon();
    await closeParts(this.parts);
  }

  private open(): QueueParts {
    const queue = this.connection.queue();
    const events = this.connection.events();
    queue.on('error', this.onError);
    events.on('error', this.onError);
    return { queue, events, messages: this.connection.messages(queue, events, this.onError) };
  }

  /** Keeps the parts open. Never rejects. Ends after the parts are closed. */
  private async keep(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const parts = this.parts;
      try {
        await Promise.all([parts.queue.waitUntilReady(), this.listen(parts), parts.events.run()]);
      } catch (error) {
        if (signal.aborted) return;
        this.onError(error);
        await closeParts(parts);
        await this.clock.sleep(RETRY_MS, signal).catch(() => {});
        if (!signal.aborted) this.parts = this.open();
      }
    }
  }

  /** Never rejects. Ends when the client is closed. */
  private async removeOldJobs(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const { queue } = this;
      // not awaited: BullMQ never answers a call on a queue that is closing, as after an outage
      queue
        .waitUntilReady()
        .then(() => this.connection.removeOldJobs(queue))
        .catch((error) => signal.aborted || this.onError(error));
      await this.clock.sleep(REMOVE_MS, signal).catch(() => {});
    }
  }
}

async function closeParts({ queue, events, messages }: QueueParts): Promise<void> {
  const closed = Promise.allSettled([messages.close(), events.close(), queue.close()]);
  await within(closed, CLOSE_MS).catch(() => {});
}
