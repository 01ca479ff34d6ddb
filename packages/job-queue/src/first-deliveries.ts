import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueuedJob } from './messages.js';

/**
 * BullMQ's name of a job that any worker may run at once: followers learn from BullMQ's own event that it is taken, and the worker's first
 * report can wait. Jobs of earlier versions all have the other name.
 */
const NAMES = { undecided: 'job', decided: 'decided' } as const;

const READ = `select id, attempts_started, processed_by from job
  where queue = $1 and id = any($2) and state = 'active' and name = $3`;

/** A first delivery of a job: nothing is left of an earlier one. */
export interface FirstDelivery {
  jobId: string;
  worker: string;
}

/** Members of BullMQ's backends that their types lack. */
interface Backend {
  /** On Redis. */
  client: Promise<Redis>;
  /** On PostgreSQL. */
  query: (text: string, values: unknown[]) => Promise<{ rows: Row[] }>;
}

interface Row {
  id: string;
  attempts_started: number;
  processed_by: string | null;
}

/** The name for a job. */
export function nameOf({ user, userLimit }: QueuedJob<unknown>): string {
  return user === null || userLimit === 0 ? NAMES.decided : NAMES.undecided;
}

/** True if followers know of this delivery without a report. */
export function isKnownWithoutReport(name: string, delivery: number): boolean {
  return name === NAMES.decided && delivery === 1;
}

/** Those of the taken jobs that their followers know without a report. */
export async function firstDeliveries(
  queue: Queue,
  jobIds: readonly string[],
  kind: 'redis' | 'postgres',
): Promise<FirstDelivery[]> {
  const backend = queue.getBackend() as unknown as Backend;
  const rows =
    kind === 'redis' ? await readRedis(queue, backend, jobIds) : await readPostgres(queue, backend, jobIds);
  return rows.flatMap(({ id, attempts_started, processed_by }) =>
    attempts_started === 1 && processed_by !== null ? [{ jobId: id, worker: processed_by }] : [],
  );
}

async function readRedis(queue: Queue, backend: Backend, jobIds: readonly string[]): Promise<Row[]> {
  const client = await backend.client;
  const read = async (id: string): Promise<Row[]> => {
    const [name, started, worker] = await client.hmget(queue.toKey(id), 'name', 'ats', 'pb');
    if (name !== NAMES.decided) return [];
    return [{ id, attempts_started: Number(started), processed_by: worker ?? null }];
  };
  return (await Promise.all(jobIds.map(read))).flat();
}

async function readPostgres(queue: Queue, backend: Backend, jobIds: readonly string[]): Promise<Row[]> {
  const { rows } = await backend.query(READ, [queue.name, jobIds, NAMES.decided]);
  return rows;
}
