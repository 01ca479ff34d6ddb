/**
 * Queue throughput and delay. First equal trainings through a real API on one and two real hosts. Then no-op operations on one,
 * two and four hosts, on Redis and on PostgreSQL: operations per second, and the delay from the queue to a host. The databases
 * are as durable as in production. `npm run bench -- queue [operations] [trainings]`.
 */
import type { Started } from '@ktrdr/contracts/testing';
import { RedisServer } from '@ktrdr/job-queue/testing';
import { openOperationStore } from '@ktrdr/operation-store';
import { PostgresServer, emptyPostgres } from '@ktrdr/operation-store/testing';
import { noOps } from './queue/no-ops.js';
import { withStarted } from './queue/with-started.js';
import { trainings } from './queue/trainings.js';
import { report, type ReportRow } from './report.js';

const [operations = 10_000, count = 16] = process.argv.slice(2).map(Number);
const HOSTS = [1, 2, 4];

async function overHosts(
  started: Started,
  postgres: PostgresServer,
  kind: string,
  newUrl: () => Promise<string>,
): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const hosts of HOSTS) {
    const { location } = await emptyPostgres(postgres);
    const store = await started.start(
      () => openOperationStore(location),
      (opened) => opened.close(),
    );
    rows.push(...(await noOps(started, { kind, queueUrl: await newUrl(), store, hosts, operations })));
    await store.close();
  }
  return rows;
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
  await report('queue-trainings', await ofTrainings(started, redis));
  const onRedis = await overHosts(started, postgres, 'Redis', async () => redis.url);
  await report('queue-redis', onRedis);
  const onPostgres = await overHosts(started, postgres, 'PostgreSQL', () => postgres.createDatabase());
  await report('queue-postgres', onPostgres);
});
