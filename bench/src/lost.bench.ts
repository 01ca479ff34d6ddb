/**
 * Recovery time after a killed process, with the default settings. A queue host killed during a training: time until another
 * host has the training, and until that host has made progress. An API killed during a training: time until another API on the
 * same machine and PostgreSQL has ended the operation. `npm run bench -- lost [times]`.
 */
import { isTerminalStatus } from '@ktrdr/contracts';
import { RedisServer } from '@ktrdr/job-queue/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { LONG, Sandbox, until, type TestService } from '@ktrdr/service-kit/testing';
import { withStarted } from './queue/with-started.js';
import { percentile, report, type ReportRow } from './report.js';

const [times = 5] = process.argv.slice(2).map(Number);
const NAMES = ['one', 'two'] as const;
const FOUND_MS = 60_000;
const PRECISE = { withinMs: FOUND_MS, longestPauseMs: 10 };

function rowOf(what: string, ms: number[]): ReportRow {
  const seconds = (share: number) => percentile(ms, share) / 1000;
  return {
    event: what,
    times: ms.length,
    'min, s': seconds(0),
    'p50, s': seconds(0.5),
    'max, s': seconds(1),
  };
}

async function cancel(api: TestService, id: string): Promise<void> {
  await api.post(`/operations/${id}/cancel`, { force: true });
  await api.untilEnded(id, FOUND_MS);
}

async function lostHosts(sandbox: Sandbox, url: string): Promise<ReportRow[]> {
  const settings = { TRAINING_QUEUE_URL: url, TRAINING_ENGINE: 'onnx' };
  const api = await sandbox.startApi('api', settings);
  const start = (name: string) => sandbox.startQueueHost(name, { ...settings, KTRDR_API_URL: api.url });
  const hosts = new Map<string, TestService>();
  for (const name of NAMES) hosts.set(name, await start(name));
  const [taken, on]: [number[], number[]] = [[], []];
  for (let time = 0; time < times; time += 1) {
    const id = await api.startTraining({ strategy: LONG });
    const before = await api.untilCheckpoint(id, FOUND_MS);
    const has = async (host: TestService) =>
      (await host.sessions()).some(
        ({ operation_id, status }) => operation_id === id && !isTerminalStatus(status),
      );
    const [victim, other] = (await has(hosts.get('one')!)) ? NAMES : NAMES.toReversed();
    hosts.get(victim!)!.kill('SIGKILL');
    const killed = performance.now();
    await until('the other host', () => has(hosts.get(other!)!), Boolean, PRECISE);
    taken.push(performance.now() - killed);
    const done = before.progress.items_processed ?? 0;
    const goesOn = (items: number | null) => (items ?? 0) > done;
    await until(
      'progress',
      () => api.operation(id),
      ({ progress }) => goesOn(progress.items_processed),
      PRECISE,
    );
    on.push(performance.now() - killed);
    await cancel(api, id);
    hosts.set(victim!, await start(victim!));
  }
  for (const service of [...hosts.values(), api]) await service.stop();
  return [
    rowOf('host killed: another host has the training', taken),
    rowOf('host killed: the other host trains', on),
  ];
}

async function lostApis(sandbox: Sandbox, url: string): Promise<ReportRow> {
  const start = (name: string) => sandbox.startApi(name, { DATABASE_URL: url, TRAINING_ENGINE: 'onnx' });
  let [owner, other] = [await start('first'), await start('second')];
  const ended: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const id = await owner.startTraining({ strategy: LONG });
    await owner.untilTraining(id, FOUND_MS);
    owner.kill('SIGKILL');
    const killed = performance.now();
    await until(
      'the other API',
      () => other.operation(id),
      ({ status }) => isTerminalStatus(status),
      PRECISE,
    );
    ended.push(performance.now() - killed);
    [owner, other] = [other, await start(`again-${time}`)];
  }
  for (const service of [owner, other]) await service.stop();
  return rowOf('API killed: another API has ended the operation', ended);
}

await withStarted(async (started) => {
  const redis = await started.start(
    () => RedisServer.start(),
    (server) => server.stop(),
  );
  const postgres = await started.start(
    () => PostgresServer.start(),
    (server) => server.stop(),
  );
  const sandbox = await started.start(
    () => Sandbox.create(),
    (created) => created.close(),
  );
  const range = { startDate: '2022-01-01', endDate: '2023-12-31' };
  await writeSampleBars({ dataDir: sandbox.dataDir, symbol: 'AAPL', timeframe: '1h', ...range });
  const hosts = await lostHosts(sandbox, redis.url);
  await report('lost', [...hosts, await lostApis(sandbox, await postgres.createDatabase())]);
});
