/**
 * Queue throughput and delay. No-op operations on one and four hosts, on Redis and on PostgreSQL: operations per second, what each
 * costs, and the delay from the queue to a host. Beside them jobs of BullMQ alone, and the writes to the store alone. Eight hosts whose
 * jobs take half a second: the time that is not spent on jobs. Then equal trainings through a real API on one and two real hosts. The
 * databases are as durable as in production. It takes five minutes: a slow machine runs fewer operations.
 * `npm run bench -- queue [most operations] [trainings]`.
 */
import type { Started } from '@ktrdr/contracts/testing';
import { RedisServer } from '@ktrdr/job-queue/testing';
import { openOperationStore } from '@ktrdr/operation-store';
import { PostgresServer, emptyPostgres } from '@ktrdr/operation-store/testing';
import { bareJobs, storeAlone } from './queue/bounds.js';
import { longJobs, noOps, type NoOpCase } from './queue/no-ops.js';
import { withStarted } from './queue/with-started.js';
import { trainings } from './queue/trainings.js';
import { printRow, report, type ReportRow } from './report.js';

const [operations = 10_000, count = 8] = process.argv.slice(2).map(Number);
const HOSTS = [1, 4];
/** Jobs and operations that are measured alone. */
const ALONE = 1_000;
/** Simulated hosts, and their jobs. */
const MANY_HOSTS = 8;
/** Equal jobs, and jobs of different times, ms. */
const TIMES = [
  { shortest: 500, longest: 500 },
  { shortest: 375, longest: 625 },
];
const JOBS_OF_HOST = 20;

interface Servers {
  postgres: PostgresServer;
  redis: RedisServer;
}

/** Runs `measure` with an empty store and an empty queue. */
async function measured(
  started: Started,
  { postgres, redis }: Servers,
  kind: 'Redis' | 'PostgreSQL',
  hosts: number,
  measure: (one: NoOpCase) => Promise<ReportRow>,
): Promise<ReportRow> {
  const { location } = await emptyPostgres(postgres);
  const store = await started.start(
    () => openOperationStore(location),
    (opened) => opened.close(),
  );
  const row = await measure({
    kind,
    hosts,
    store,
    queueUrl: kind === 'Redis' ? redis.url : await postgres.createDatabase(),
    flushes: () => postgres.flushes(),
  });
  await store.close();
  printRow(row);
  return row;
}

/** Trainings on one and on two hosts, with the share of perfect scaling that they reach. */
async function ofTrainings(started: Started, redis: RedisServer): Promise<ReportRow[]> {
  const one = await trainings(started, redis.url, 1, count);
  const two = await trainings(started, redis.url, 2, count);
  return [one, two].map(({ hosts, seconds }) => ({
    hosts,
    trainings: count,
    seconds,
    'trainings/s': count / seconds,
    'share of perfect scaling': one.seconds / (hosts * seconds),
  }));
}

await withStarted(async (started) => {
  const postgres = await started.start(
    () => PostgresServer.start({ durable: true }),
    (server) => server.stop(),
  );
  const redis = await started.start(
    () => RedisServer.start(),
    (server) => server.stop(),
  );
  const servers = { postgres, redis };
  const burst = (kind: 'Redis' | 'PostgreSQL', hosts: number) =>
    measured(started, servers, kind, hosts, (one) => noOps(started, one, operations));
  const bursts: ReportRow[] = [];
  for (const kind of ['Redis', 'PostgreSQL'] as const)
    for (const hosts of HOSTS) bursts.push(await burst(kind, hosts));
  for (const kind of ['Redis', 'PostgreSQL'] as const)
    bursts.push(await measured(started, servers, kind, 4, (one) => bareJobs(started, one, ALONE)));
  bursts.push(await measured(started, servers, 'PostgreSQL', 0, (one) => storeAlone(one, ALONE)));
  await report('queue-operations', bursts);
  const long: ReportRow[] = [];
  for (const kind of ['Redis', 'PostgreSQL'] as const)
    for (const times of TIMES)
      long.push(
        await measured(started, servers, kind, MANY_HOSTS, (one) =>
          longJobs(started, one, times, JOBS_OF_HOST),
        ),
      );
  await report('queue-hosts', long);
  await report('queue-trainings', await ofTrainings(started, redis));
});
