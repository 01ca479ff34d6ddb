import {
  createPostgresBackend,
  createPostgresRelayBackend,
  Queue,
  QueueEvents,
  Relay,
  Worker,
  type Processor,
  type WorkerOptions,
} from 'bullmq';
import { KtrdrError } from '@ktrdr/contracts';

/** Schema of the queue's tables in PostgreSQL: beside the operations' in one database, or alone in another. */
const SCHEMA = 'ktrdr_queue';
/** Connections of one part to PostgreSQL; each part has one more that listens. */
const POOL_SIZE = 4;
/**
 * Nobody waits for the disk: a server that dies loses the last moments, as Redis does. Operations are kept elsewhere, and who
 * follows a job that is gone puts it in again.
 */
const RELAXED = '-c synchronous_commit=off';
/** A connection that is not there after so long will not come, ms. */
const CONNECT_MS = 5_000;
/** A connection to Redis that does not close by itself is cut after so long, ms. One that never came about is waited for too. */
const DISCONNECT_MS = 300;
/** Time between two tries to reach Redis, ms: longer with every try, up to the longest. */
const RECONNECT_MS = { first: 100, longest: 1_000 };

/** What a worker says of itself to BullMQ. */
export type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix'>;

/** Opens the parts of one queue, on Redis or on PostgreSQL: what follows does not see which. */
export class QueueConnection {
  readonly #name: string;
  readonly #redis: Record<string, unknown> | null;
  readonly #postgres: Record<string, unknown> | null;
  #abandoned = false;

  /**
   * @param url `redis://`, `rediss://`, `postgres://` or `postgresql://`
   * @param name of the queue: queues of one server do not see each other
   * @throws KtrdrError `invalid_setting`
   */
  constructor(url: string, name: string) {
    this.#name = name;
    const protocol = protocolOf(url);
    if (protocol === 'redis:' || protocol === 'rediss:') {
      this.#redis = {
        url,
        maxRetriesPerRequest: null,
        connectTimeout: CONNECT_MS,
        disconnectTimeout: DISCONNECT_MS,
        retryStrategy: (tries: number) =>
          this.#abandoned ? null : Math.min(tries * RECONNECT_MS.first, RECONNECT_MS.longest),
      };
      this.#postgres = null;
    } else if (protocol === 'postgres:' || protocol === 'postgresql:') {
      this.#redis = null;
      this.#postgres = {
        connectionString: url,
        schema: SCHEMA,
        migrate: true,
        max: POOL_SIZE,
        connectionTimeoutMillis: CONNECT_MS,
        options: RELAXED,
      };
    } else {
      throw new KtrdrError(
        'invalid_setting',
        'The setting TRAINING_QUEUE_URL is not valid: it must begin with redis://, rediss:// or postgres://.',
      );
    }
  }

  /** Parts that are being closed try no longer to reach a queue that is away. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** Puts jobs in and looks at them. A question that cannot be asked fails at once. */
  queue(): Queue {
    return this.#postgres === null
      ? new Queue(this.#name, { connection: { ...this.#redis, enableOfflineQueue: false } })
      : (new Queue(this.#name, { connection: this.#postgres }, createPostgresBackend) as unknown as Queue);
  }

  /** Hears what happens to jobs, while it runs. */
  events(): QueueEvents {
    return this.#postgres === null
      ? new QueueEvents(this.#name, { connection: { ...this.#redis }, autorun: false })
      : (new QueueEvents(
          this.#name,
          { connection: this.#postgres, autorun: false },
          createPostgresBackend,
        ) as unknown as QueueEvents);
  }

  /** Does jobs. */
  worker(process: Processor, settings: WorkerSettings): Worker {
    return this.#postgres === null
      ? new Worker(this.#name, process, { ...settings, connection: { ...this.#redis } })
      : (new Worker(
          this.#name,
          process,
          { ...settings, connection: this.#postgres } as never,
          createPostgresBackend as never,
        ) as unknown as Worker);
  }

  /** Carries messages between those who put jobs in and those who do them. */
  relay(name: string): Relay {
    const options = { namespace: this.#name, name, leaseDuration: 15_000 };
    return this.#postgres === null
      ? new Relay({ ...options, connection: { ...this.#redis } as never })
      : (new Relay({
          ...options,
          connection: this.#postgres as never,
          backend: createPostgresRelayBackend as never,
        }) as unknown as Relay);
  }
}

function protocolOf(url: string): string | null {
  try {
    return new URL(url).protocol;
  } catch {
    return null;
  }
}
