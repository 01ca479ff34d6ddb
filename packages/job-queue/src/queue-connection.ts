import {
  createPostgresBackend,
  Queue,
  QueueEvents,
  Worker,
  type Processor,
  type WorkerOptions,
} from 'bullmq';
import { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import { withBoundedEvents } from './bounded-events.js';
import { withBoundedJobs } from './bounded-job.js';
import { firstDeliveries, type FirstDelivery } from './first-deliveries.js';
import { PostgresEvents } from './postgres-events.js';
import { PostgresMessages } from './postgres-messages.js';
import { withPreparedStatements } from './prepared-statements.js';
import type { QueueMessages } from './queue-messages.js';
import { RedisMessages } from './redis-messages.js';

/** Schema of the queue's tables in PostgreSQL. It can share a database with the operations. */
const SCHEMA = 'ktrdr_queue';
/** Connections per part to PostgreSQL. Each part has one more for notifications. */
const POOL_SIZE = 4;
/**
 * Transactions do not wait for the disk, so a server that crashes loses the last moments, as Redis does. That is
 * acceptable: operations are stored elsewhere, and the follower of a lost job adds it again.
 */
const RELAXED = '-c synchronous_commit=off';
/** PostgreSQL keeps the plans of statements, also those it makes while the tables are small. */
const BY_INDEX = '-c enable_seqscan=off';
/** Connection timeout, ms. */
const CONNECT_MS = 5_000;
/**
 * A Redis connection that does not close within this time is cut, ms. The time also applies to connections that were
 * never established.
 */
const DISCONNECT_MS = 300;
/** Delay between attempts to reach Redis, ms. It grows with each attempt, up to the maximum. */
const RECONNECT_MS = { first: 100, longest: 1_000 };

/** Ended jobs are kept this long for their followers, s. */
const RETENTION_S = 24 * 3_600;
/** Most ended jobs that a Redis keeps, because they use its memory. */
const RETAINED_IN_REDIS = 100_000;
/** Most jobs that `removeOldJobs` removes at a time. */
const MOST_REMOVED = 100_000;

/** BullMQ's worker options, without those that this class sets. */
export type WorkerSettings = Omit<
  WorkerOptions,
  'connection' | 'prefix' | 'removeOnComplete' | 'removeOnFail'
>;

/** Opens the parts of one queue, on Redis or on PostgreSQL. Its users do not depend on the kind of server. */
export class QueueConnection {
  private readonly redis: Record<string, unknown> | null;
  private readonly postgres: Record<string, unknown> | null;
  private abandoned = false;

  /**
   * @param url `redis://`, `rediss://`, `postgres://` or `postgresql://`
   * @param name name of the queue; queues on one server are independent
   * @throws KtrdrError `invalid_setting`
   */
  constructor(
    url: string,
    private readonly name: string,
    private readonly clock: Clock,
  ) {
    const protocol = protocolOf(url);
    if (protocol === 'redis:' || protocol === 'rediss:') {
      this.redis = {
        url,
        maxRetriesPerRequest: null,
        connectTimeout: CONNECT_MS,
        disconnectTimeout: DISCONNECT_MS,
        retryStrategy: (tries: number) =>
          this.abandoned ? null : Math.min(tries * RECONNECT_MS.first, RECONNECT_MS.longest),
      };
      this.postgres = null;
    } else if (protocol === 'postgres:' || protocol === 'postgresql:') {
      this.redis = null;
      this.postgres = {
        connectionString: url,
        schema: SCHEMA,
        migrate: true,
        max: POOL_SIZE,
        connectionTimeoutMillis: CONNECT_MS,
        options: `${RELAXED} ${BY_INDEX}`,
      };
    } else {
      throw new KtrdrError(
        'invalid_setting',
        'The setting TRAINING_QUEUE_URL is not valid: it must begin with redis://, rediss:// or postgres://.',
      );
    }
  }

  /** Makes closing parts give up on an unreachable queue. */
  abandon(): void {
    this.abandoned = true;
  }

  /** Opens the part that adds and inspects jobs. A request without a connection fails at once. */
  queue(): Queue {
    return withBoundedJobs(
      this.postgres === null
        ? new Queue(this.name, { connection: { ...this.redis, enableOfflineQueue: false } })
        : withPreparedStatements(
            new Queue(this.name, { connection: this.postgres }, createPostgresBackend) as unknown as Queue,
          ),
    );
  }

  /** Opens the part that receives events of jobs. */
  events(): QueueEvents {
    if (this.postgres === null)
      return withBoundedEvents(new QueueEvents(this.name, { connection: { ...this.redis }, autorun: false }));
    const events = new QueueEvents(
      this.name,
      { connection: this.postgres, autorun: false },
      createPostgresBackend,
    ) as unknown as QueueEvents;
    return withBoundedEvents(PostgresEvents.replaceReading(withPreparedStatements(events), this.clock));
  }

  /** Opens the part that takes jobs. */
  worker(process: Processor, settings: WorkerSettings): Worker {
    const retention = { age: RETENTION_S, count: RETAINED_IN_REDIS };
    const kept = { removeOnComplete: retention, removeOnFail: retention };
    return withBoundedJobs(
      this.postgres === null
        ? new Worker(this.name, process, { ...settings, ...kept, connection: { ...this.redis } })
        : withPreparedStatements(
            new Worker(
              this.name,
              process,
              { ...settings, connection: this.postgres } as never,
              createPostgresBackend as never,
            ) as unknown as Worker,
          ),
    );
  }

  /**
   * Removes jobs that ended long ago. On Redis, BullMQ does so whenever a job ends. On PostgreSQL, it would then read all jobs of the
   * queue.
   */
  async removeOldJobs(queue: Queue): Promise<void> {
    if (this.postgres === null) return;
    for (const state of ['completed', 'failed'] as const)
      await queue.clean(RETENTION_S * 1_000, MOST_REMOVED, state);
  }

  /** See `firstDeliveries`. */
  firstDeliveries(queue: Queue, jobIds: readonly string[]): Promise<FirstDelivery[]> {
    return firstDeliveries(queue, jobIds, this.redis === null ? 'postgres' : 'redis');
  }

  /** Opens the part that carries messages between processes. `queue` sends them; on PostgreSQL, `receiver` receives them. */
  messages(queue: Queue, receiver: QueueEvents | Worker, onError: (error: unknown) => void): QueueMessages {
    const { clock } = this;
    return this.redis === null
      ? new PostgresMessages({ queue, receiver, clock, onError })
      : new RedisMessages({ queue, options: { ...this.redis } as never, clock, onError });
  }
}

function protocolOf(url: string): string | null {
  try {
    return new URL(url).protocol;
  } catch {
    return null;
  }
}
