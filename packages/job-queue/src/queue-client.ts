import type { Queue, QueueEvents, Relay } from 'bullmq';
import type { Clock } from '@ktrdr/orchestrator';
import type { QueueConnection } from './queue-connection.js';
import { within } from './within.js';

/** A queue that was away when its parts were opened is tried again after so long, ms. */
const AGAIN_MS = 1_000;
/** Parts that take longer to close are left, ms. */
const CLOSE_MS = 2_000;

/** What whoever puts jobs in uses of a queue. */
export interface QueueParts {
  queue: Queue;
  events: QueueEvents;
  relay: Relay;
}

/**
 * The parts of a queue for whoever puts jobs in. Where their first connection fails, they are closed and opened anew until the
 * queue is there: BullMQ's parts on PostgreSQL remember their first failure for ever. Later outages they get over by themselves.
 */
export class QueueClient {
  readonly #connection: QueueConnection;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #listen: (parts: QueueParts) => Promise<void>;
  #parts: QueueParts;
  readonly #closing = new AbortController();

  /** `listen` begins to listen to parts that were opened; `onError` hears each trouble. */
  constructor(
    connection: QueueConnection,
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
    this.#connection = connection;
    this.#clock = clock;
    this.#onError = onError;
    this.#listen = listen;
    this.#parts = this.#open();
    void this.#keep();
  }

  get queue(): Queue {
    return this.#parts.queue;
  }

  get relay(): Relay {
    return this.#parts.relay;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#connection.abandon();
    await closeParts(this.#parts);
  }

  #open(): QueueParts {
    const parts = {
      queue: this.#connection.queue(),
      events: this.#connection.events(),
      relay: this.#connection.relay('api'),
    };
    parts.queue.on('error', this.#onError);
    parts.events.on('error', this.#onError);
    parts.relay.on('error', this.#onError);
    return parts;
  }

  /** Never rejects. Ends some time after the parts were closed. */
  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const parts = this.#parts;
      try {
        await Promise.all([parts.queue.waitUntilReady(), this.#listen(parts), parts.events.run()]);
      } catch (error) {
        if (signal.aborted) return;
        this.#onError(error);
        await closeParts(parts);
        await this.#clock.sleep(AGAIN_MS, signal).catch(() => {});
        if (!signal.aborted) this.#parts = this.#open();
      }
    }
  }
}

async function closeParts({ queue, events, relay }: QueueParts): Promise<void> {
  const closed = Promise.allSettled([relay.close(), events.close(), queue.close()]);
  await within(closed, CLOSE_MS).catch(() => {});
}
