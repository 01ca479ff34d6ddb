import { describe, expect, it } from '@jest/globals';
import { type Clock, systemClock } from '@ktrdr/orchestrator';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import type { Queue as BullQueue } from 'bullmq';
import pg from 'pg';
import { QueueClient } from '../src/queue-client.js';
import { QueueConnection } from '../src/queue-connection.js';
import { ended, follow, job, partsOf, queueOf, workerOf } from './jobs.js';
import { queueConformance } from './queue-conformance.js';

const FAILS_AFTER_MS = 200;
/** Jobs that have ended before. */
const ENDED = 5_000;
const NEW = 100;
/** Checks for lost jobs are rare: they read all jobs until PostgreSQL has analysed the table. */
const LONG_LEASE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

describe('a queue on postgres', () => {
  let server: PostgresServer;
  queueConformance(async () => {
    server = await PostgresServer.start();
    return { newUrl: () => server.createDatabase(), stop: () => server.stop() };
  }, FAILS_AFTER_MS);

  /** A connection to the queue's tables. */
  async function connect(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, options: '-c search_path=ktrdr_queue' });
    await client.connect();
    return client;
  }

  /** Adds completed jobs. */
  async function addEnded(client: pg.Client, queue: string, prefix: string, count: number, agoMs = 0) {
    await client.query(
      `insert into job (queue, id, seq, name, state, data, opts, added_at_ms, finished_at_ms)
       select $1, $2 || number, nextval('job_seq'), 'job', 'completed', '{}', '{}', at.ms, at.ms
       from generate_series(1, $3) number, (select (extract(epoch from now()) * 1000)::bigint - $4 as ms) at`,
      [queue, prefix, count, agoMs],
    );
  }

  /** A connection that publishes events of job `a` in its own transactions. */
  async function publisher(url: string) {
    const client = await connect(url);
    await client.query('begin');
    return {
      publish: (step: number) => {
        const data = JSON.stringify({ run: 1, worker: 'one', begun: true, report: { step } });
        return client.query(`select publish_event('late', 'progress', $1)`, [
          JSON.stringify({ jobId: 'a', data }),
        ]);
      },
      commit: () => client.query('commit'),
      close: () => client.end(),
    };
  }

  it('hears an event that is committed after a later one, and one that another notified for', async () => {
    const url = await server.createDatabase();
    const queue = queueOf(partsOf(url, 'late'));
    await queue.workers();
    await queue.add('a', job('hello'));
    const watch = queue.follow('a');
    // only events have steps: no worker has the job
    const hears = async (step: number) => {
      for await (const state of { [Symbol.asyncIterator]: () => ({ next: () => watch.next() }) })
        if (state.state === 'taken' && state.report?.step === step) return step;
      throw new Error('the queue is not followed any more');
    };
    const [first, second] = [await publisher(url), await publisher(url)];
    try {
      await first.publish(1);
      await second.publish(2);
      await second.commit();
      // the first one holds the right to notify, so nothing announces this event
      expect(await hears(2)).toBe(2);
      // its number is lower than the last one
      await first.commit();
      expect(await hears(1)).toBe(1);
    } finally {
      await first.close();
      await second.close();
      await queue.close();
    }
  });

  it('ends a job without a look at the jobs that have ended before', async () => {
    const url = await server.createDatabase();
    const parts = partsOf(url, 'many');
    const queue = queueOf(parts);
    const worker = workerOf(parts, undefined, LONG_LEASE_MS);
    await worker.start();
    const client = await connect(url);
    const end = async (prefix: string, count: number) => {
      const ids = Array.from({ length: count }, (_, number) => `${prefix}${number}`);
      for (const id of ids) await queue.add(id, job(id));
      await Promise.all(ids.map((id) => follow(queue, id, ended)));
    };
    try {
      // PostgreSQL plans its statements for a small table
      await end('first-', 20);
      await addEnded(client, 'many', 'old-', ENDED);
      const rowsRead = async () => {
        // the server counts a connection's reads when it is idle
        await systemClock.sleep(1_500);
        const { rows } = await client.query<{ count: number }>(
          `select (seq_tup_read + idx_tup_fetch)::int as count from pg_stat_user_tables where relname = 'job'`,
        );
        return rows[0]!.count;
      };
      const before = await rowsRead();
      await end('new-', NEW);
      expect((await rowsRead()) - before).toBeLessThan((NEW * ENDED) / 2);
    } finally {
      await worker.stop();
      await queue.close();
      await client.end();
    }
  });

  it('removes jobs that ended more than a day ago', async () => {
    const url = await server.createDatabase();
    const parts = partsOf(url, 'old');
    const first = queueOf(parts);
    await first.check();
    const client = await connect(url);
    await addEnded(client, 'old', 'old-', 10, DAY_MS + 1_000);
    await addEnded(client, 'old', 'new-', 10, DAY_MS - 600_000);
    // it removes them when it starts
    const second = queueOf(parts);
    try {
      const left = async () => {
        const { rows } = await client.query<{ id: string }>('select id from job order by seq');
        return rows.map(({ id }) => id);
      };
      for (let tries = 0; (await left()).includes('old-1') && tries < 500; tries += 1)
        await systemClock.sleep(20);
      expect(await left()).toEqual(Array.from({ length: 10 }, (_, index) => `new-${index + 1}`));
    } finally {
      await first.close();
      await second.close();
      await client.end();
    }
  });

  it('removes old jobs again after its connection was closed during a removal', async () => {
    let removals = 0;
    class Counted extends QueueConnection {
      override removeOldJobs(queue: BullQueue): Promise<void> {
        removals += 1;
        return super.removeOldJobs(queue);
      }
    }
    let next = () => {};
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) =>
        ms < 60_000 ? systemClock.sleep(ms, signal) : new Promise((resolve) => (next = resolve)),
    };
    const client = new QueueClient(new Counted(await server.createDatabase(), 'cut', clock), {
      clock,
      onError: () => {},
      listen: async () => {},
    });
    const until = async (count: number) => {
      while (removals < count) await systemClock.sleep(5);
    };
    try {
      await until(1);
      // as after an outage
      await client.queue.close();
      next();
      await until(2);
      next();
      await until(3);
    } finally {
      await client.close();
      next();
    }
  });

  it('reads a job after a newer version has added a column', async () => {
    const url = await server.createDatabase();
    const queue = queueOf(partsOf(url, 'newer'));
    await queue.add('a', job('hello'));
    const client = await connect(url);
    try {
      // each of its connections has prepared the statements
      const states = () => Promise.all(Array.from({ length: 20 }, () => queue.state('a')));
      await states();
      await client.query('alter table job add column newer integer');
      expect(new Set((await states()).map(({ state }) => state))).toEqual(new Set(['waiting']));
    } finally {
      await queue.close();
      await client.end();
    }
  });
});
