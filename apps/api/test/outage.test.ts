/** The log of a service whose PostgreSQL or Redis fails under load: one line when the outage begins, one when it ends. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisServer } from '@ktrdr/job-queue/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { LONG, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { program, requires } from '../../../tools/requirements.js';

interface Line {
  level: string;
  message: string;
  reason?: string;
  error?: unknown;
  away_s?: number;
}

const OUTAGE_MS = 6_000;
const LEASE_MS = '3000';

let sandbox: Sandbox;
let postgres: PostgresServer;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  postgres = await PostgresServer.start();
});

afterAll(async () => {
  await sandbox.close();
  await postgres.stop();
});

/** Sends requests all the time, like a CLI, a dashboard and a load balancer, until the signal fires. @returns number of failures */
async function clients({ url }: TestService, signal: AbortSignal): Promise<number> {
  let failed = 0;
  const paths = ['/operations', '/operations/op_none', '/health', '/hosts'];
  await Promise.all(
    paths.map(async (path) => {
      while (!signal.aborted) {
        const answer = await fetch(url + path, { signal: AbortSignal.timeout(20_000) }).catch(() => null);
        if (answer === null || answer.status >= 500) failed += 1;
        await answer?.arrayBuffer();
        await sleep(50);
      }
    }),
  );
  return failed;
}

/** Lines that a service logged after `from`. Each must be JSON: nothing bypasses the logger. */
function linesOf({ output }: TestService, from: number): Line[] {
  return output
    .slice(from)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

function expectOneOutage(lines: Line[], begin: RegExp, end: RegExp, reason: RegExp): void {
  const begun = lines.filter(({ message }) => begin.test(message));
  const ended = lines.filter(({ message }) => end.test(message));
  expect({ begun: begun.length, ended: ended.length }).toEqual({ begun: 1, ended: 1 });
  expect(begun[0]!.reason ?? begun[0]!.error).toMatch(reason);
  expect(ended[0]!.away_s).toBeGreaterThan(OUTAGE_MS / 1000 - 4);
}

test('PostgreSQL with operations and queue fails while a training runs and clients send requests', async () => {
  const url = await postgres.createDatabase();
  const queue = await postgres.createDatabase();
  const shared = { TRAINING_QUEUE_URL: queue, LEASE_MS, TRAINING_ENGINE: 'onnx' };
  const api = await sandbox.startApi('api', { ...shared, DATABASE_URL: url });
  const host = await sandbox.startQueueHost('host', { ...shared, KTRDR_API_URL: api.url });
  const id = await api.startTraining({ strategy: LONG });
  await api.untilTraining(id);
  const before = [api.output.length, host.output.length] as const;
  const stop = new AbortController();
  const asked = clients(api, stop.signal);
  await postgres.restart(() => sleep(OUTAGE_MS));
  await until(
    'both log the end of the outage',
    async () => [api, host].map(({ output }) => output),
    ([ofApi = '', ofHost = '']) =>
      ofApi.includes('store can be used again') &&
      ofApi.includes('queue can be reached again') &&
      ofHost.includes('queue can be used again'),
  );
  stop.abort();
  expect(await asked).toBeGreaterThan(10);
  await api.untilTraining(id);

  const ofApi = linesOf(api, before[0]);
  expectOneOutage(
    ofApi,
    /store cannot be used/,
    /store can be used again/,
    /PostgreSQL server (responds )?at 127\.0\.0\.1/,
  );
  expectOneOutage(ofApi, /queue cannot be reached/, /queue can be reached again/, /./);
  const ofHost = linesOf(host, before[1]);
  expectOneOutage(ofHost, /queue cannot be used/, /queue can be used again/, /./);
  for (const service of [api, host]) expect(service.output).not.toMatch(/\\n +at |\n +at /);
  expect(api.output.length - before[0]).toBeLessThan(4_000);
  expect(host.output.length - before[1]).toBeLessThan(4_000);

  await api.post(`/operations/${id}/cancel`);
  await api.untilEnded(id);
  expect(await host.stop()).toMatchObject({ code: 0 });
  expect(await api.stop()).toMatchObject({ code: 0 });
});

requires(program('redis-server')).test('Redis hangs while a host waits and clients ask', async () => {
  const redis = await RedisServer.start();
  try {
    const shared = { TRAINING_QUEUE_URL: redis.url, LEASE_MS, TRAINING_ENGINE: 'onnx' };
    const api = await sandbox.startApi('redis-api', shared);
    const host = await sandbox.startQueueHost('redis-host', { ...shared, KTRDR_API_URL: api.url });
    const before = [api.output.length, host.output.length] as const;
    const stop = new AbortController();
    const asked = clients(api, stop.signal);
    // frozen: it accepts connections but answers nothing
    process.kill(redis.pid, 'SIGSTOP');
    await sleep(OUTAGE_MS);
    process.kill(redis.pid, 'SIGCONT');
    await until(
      'the API logs the end of the outage',
      async () => api.output,
      (output) => output.includes('queue can be reached again'),
    );
    stop.abort();
    expect(await asked).toBeGreaterThan(0);
    expectOneOutage(linesOf(api, before[0]), /queue cannot be reached/, /queue can be reached again/, /./);
    for (const service of [api, host]) expect(service.output).not.toMatch(/\\n +at |\n +at /);
    expect(
      linesOf(host, before[1]).filter(({ message }) => message.includes('cannot be used')).length,
    ).toBeLessThan(2);
    expect(await host.stop()).toMatchObject({ code: 0 });
    expect(await api.stop()).toMatchObject({ code: 0 });
  } finally {
    await redis.stop();
  }
});
