import type { Queue, QueueEvents, Worker } from 'bullmq';
import pg from 'pg';

/** Each statement uses memory on every connection for its whole lifetime. */
const MAX_STATEMENTS = 64;

/** Member of BullMQ's backend for PostgreSQL that its types lack. */
interface PostgresBackend {
  connection: { pool: { query: (...args: unknown[]) => Promise<unknown> } };
}

/** Makes PostgreSQL parse and plan each statement of a part once per connection, instead of each time. */
export function withPreparedStatements<T extends Queue | QueueEvents | Worker>(part: T): T {
  const { pool } = (part.getBackend() as unknown as PostgresBackend).connection;
  const query = pool.query.bind(pool);
  const numbers = new Map<string, number>();
  let generation = 1;
  pool.query = async (text: unknown, values?: unknown, ...rest: unknown[]) => {
    if (typeof text !== 'string' || !Array.isArray(values)) return query(text, values, ...rest);
    const number = numbers.get(text) ?? numbers.size;
    if (number >= MAX_STATEMENTS) return query(text, values);
    numbers.set(text, number);
    const run = () => query({ name: `ktrdr_queue_${generation}_${number}`, text, values });
    try {
      return await run();
    } catch (error) {
      if (!isOutdated(error)) throw error;
      // it has not run; every connection has outdated statements under the old names
      generation += 1;
      return run();
    }
  };
  return part;
}

/** True if a newer version of BullMQ has changed the columns since the statement was prepared. */
function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === 'RevalidateCachedQuery';
}
