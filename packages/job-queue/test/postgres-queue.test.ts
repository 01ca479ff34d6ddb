import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@ktrdr/orchestrator';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import pg from 'pg';
import { ended, follow, job, partsOf, queueOf, workerOf } from './jobs.js';
import { queueConformance } from './queue-conformance.js';

const FAILS_AFTER_MS = 200;
/** Jobs that have ended before. */
const ENDED = 5_000;

describe('a queue on postgres', () => {
  let server: PostgresServer;
  queueConformance(async () => {
    server = await PostgresServer.start();
    return { newUrl: () => server.createDatabase(), stop: () => server.stop() };
  }, FAILS_AFTER_MS);

  /** A connection that publishes events of job `a` in its own transactions. */
  async function publisher(url: string) {
    const client = new pg.Client({ connectionString: url, options: '-c search_path=ktrdr_queue' });
    await client.connect();
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

  it('ends a job without a look at all jobs that have ended before', async () => {
    const url = await server.createDatabase();
    const parts = partsOf(url, 'many');
    const queue = queueOf(parts);
    const worker = workerOf(parts);
    const client = new pg.Client({ connectionString: url, options: '-c search_path=ktrdr_queue' });
    try {
      await worker.start();
      await client.connect();
      await client.query(
        `insert into job (queue, id, seq, name, state, data, opts, added_at_ms, finished_at_ms)
         select 'many', 'old-' || number, nextval('job_seq'), 'job', 'completed', '{}', '{}', at.ms, at.ms
         from generate_series(1, ${ENDED}) number, (select (extract(epoch from now()) * 1000)::bigint as ms) at`,
      );
      await client.query('analyze job');
      const rowsRead = async () => {
        // the server counts a connection's reads when it is idle
        await systemClock.sleep(1_500);
        const { rows } = await client.query<{ count: number }>(
          `select (seq_tup_read + idx_tup_fetch)::int as count from pg_stat_user_tables where relname = 'job'`,
        );
        return rows[0]!.count;
      };
      const before = await rowsRead();
      const ids = Array.from({ length: 30 }, (_, number) => `new-${number}`);
      for (const id of ids) await queue.add(id, job(id));
      await Promise.all(ids.map((id) => follow(queue, id, ended)));
      expect((await rowsRead()) - before).toBeLessThan(ids.length * ENDED);
    } finally {
      await worker.stop();
      await queue.close();
      await client.end();
    }
  });
});
