import { execFileSync } from 'node:child_process';
import { readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { get, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation, OperationStarted } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import {
  dataOf,
  EventReader,
  filesBelow,
  LONG,
  QUICK,
  Sandbox,
  strategyText,
  until,
} from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';

/** How services end: real processes and real signals, and readers of event streams that disconnect. */
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  execFileSync('mkfifo', [join(sandbox.dataDir, 'PIPE_1h.csv')]);
  await symlink('/etc/passwd', join(sandbox.dataDir, 'LINK_1h.csv'));
});

afterAll(() => sandbox.close());

/** Opens a reader of an operation's events on its own connection, and waits for the first event. */
function reader(api: TestService, id: string): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = get(`${api.url}/operations/${id}/events`, { agent: false, timeout: 10_000 }, (answer) =>
      answer.once('data', () => resolve(request)).on('error', () => undefined),
    );
    request.once('error', reject).once('timeout', () => request.destroy(new Error('no event')));
  });
}

/** Number of a service's open sockets, including its listening socket. */
async function connections({ pid }: TestService): Promise<number> {
  const open = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Stops a service like a supervisor or a terminal. A service that needs more than 10 s exits with code 1. */
async function end(service: TestService, signal: NodeJS.Signals): Promise<void> {
  service.kill(signal);
  expect(await service.ended).toEqual({ code: 0, signal: null });
  expect(await sandbox.trainers()).toEqual([]);
}

async function startDummy(api: TestService): Promise<string> {
  const body = { duration_seconds: 3600, iterations: 1 };
  return dataOf(await api.post<OperationStarted>('/dummy/start', body)).operation_id;
}

function follow(api: TestService, id: string): Promise<Response> {
  return fetch(`${api.url}/operations/${id}/events`, { signal: AbortSignal.timeout(20_000) });
}

/** The operation of a stream's last event. */
async function lastOf(stream: Response): Promise<Operation> {
  const last = [...(await stream.text()).matchAll(/^data: (.*)$/gm)].at(-1)?.[1];
  return JSON.parse(last ?? 'null') as Operation;
}

describe('the API', () => {
  let apis: Record<'SIGTERM' | 'SIGINT' | 'SIGKILL', TestService>;
  beforeAll(async () => {
    const [SIGTERM, SIGINT, SIGKILL] = await Promise.all([
      sandbox.startApi('SIGTERM'),
      sandbox.startApi('SIGINT'),
      sandbox.startApi('SIGKILL', { TRAINING_MAX_LOCAL: '1' }),
    ]);
    apis = { SIGTERM, SIGINT, SIGKILL };
  });

  test('a disconnected event reader affects nothing: the operation and other readers continue, and its connection is released', async () => {
    const api = apis.SIGTERM;
    const id = await startDummy(api);
    const before = await connections(api);
    const leaving = await Promise.all(Array.from({ length: 20 }, () => reader(api, id)));
    expect(await connections(api)).toBeGreaterThanOrEqual(before + 20);
    for (const request of leaving) request.destroy();
    await until(
      'the connections',
      () => connections(api),
      (count) => count <= before,
    );
    expect((await api.operation(id)).status).toBe('running');
    const staying = follow(api, id).then(lastOf);
    await api.post(`/operations/${id}/cancel`);
    expect((await staying).status).toBe('cancelled');
    expect((await lastOf(await follow(api, id))).status).toBe('cancelled');
    expect(api.output).not.toContain('"level":"error"');
  });

  // the API ends in the next tests
  test('a pipe and a link among the bars are refused, and hold nothing', async () => {
    const api = apis.SIGTERM;
    const ask = async (symbol: string) => {
      const answers = await Promise.all([
        api.post('/indicators/compute', { symbol, timeframe: '1h', type: 'rsi' }),
        api.post('/trainings/start', { strategy: QUICK, symbols: [symbol] }),
        api.get(`/data/check?symbol=${symbol}&timeframe=1h`),
      ]);
      return answers.map(({ body }) => (body.success ? JSON.stringify(body.data) : body.error.message));
    };
    // more than the threads of Node's file access
    for (const answers of await Promise.all(Array.from({ length: 8 }, () => ask('PIPE'))))
      expect(answers).toEqual(
        answers.map(() => expect.stringMatching(/PIPE_1h\.csv.* is a pipe, not a file/)),
      );
    expect(await ask('LINK')).toEqual(
      Array(3).fill(expect.stringMatching(/LINK_1h\.csv.* is a symbolic link/)),
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s cancels the running operations, their followers see the end, nothing is left, and the exit code is 0',
    async (signal) => {
      const api = apis[signal];
      const [training, dummy] = await Promise.all([api.startTraining({ strategy: LONG }), startDummy(api)]);
      await api.untilTraining(training);
      const streams = await Promise.all([follow(api, training), follow(api, dummy)]);
      const last = Promise.all(streams.map(lastOf));
      const all = await EventReader.open(`${api.url}/operations/events`);
      await end(api, signal);
      for (const [index, operation] of (await last).entries()) {
        expect(operation).toMatchObject({ operation_id: [training, dummy][index], status: 'cancelled' });
      }
      // the stream of all operations tells their ends too, and ends itself
      await all.ended;
      const ends = all.of<Operation>('operation').filter(({ status }) => status === 'cancelled');
      expect(ends.map(({ operation_id }) => operation_id).toSorted()).toEqual([training, dummy].toSorted());
      expect(await filesBelow(sandbox.path(`${signal}-models`))).toEqual([]);
      expect(api.output).toContain(`${signal}: stopping; cancelling running operations: 2`);
      expect(api.output).not.toContain('"level":"error"');
    },
  );

  test('that is killed takes its training process with it; trainings that waited for the slot run at the next API', async () => {
    const api = apis.SIGKILL;
    await api.untilTraining(await api.startTraining({ strategy: LONG }));
    const goOn = sandbox.path('go-on');
    const held = strategyText({ epochs: 60, paceMs: 20, pacedUntil: goOn });
    const [first, cancelled, high] = [
      await api.startTraining({ strategy: held, seed: 1 }),
      await api.startTraining({ strategy: QUICK, seed: 2 }),
      await api.startTraining({ strategy: held, seed: 3, priority: 'high' }),
    ];
    const says = (id: string, step: string, service = api) =>
      service.untilOperation(
        id,
        ({ status, progress }) => status === 'pending' && progress.current_step === step,
      );
    await says(high, 'Waiting for a free slot: next in line');
    await says(first, 'Waiting for a free slot: 1 ahead');
    await says(cancelled, 'Waiting for a free slot: 2 ahead');
    expect(await sandbox.trainers()).toHaveLength(1);
    await api.post(`/operations/${cancelled}/cancel`);
    expect(await api.operation(cancelled)).toMatchObject({ status: 'cancelled', started_at: null });
    api.kill('SIGKILL');
    await api.ended;
    await until(
      'no training process',
      () => sandbox.trainers(),
      (pids) => pids.length === 0,
    );
    // each reserves more than half of it
    const memory = { TRAINING_MAX_LOCAL: '4', TRAINING_MAX_MEMORY_MB: '1000' };
    const next = await sandbox.startApi('SIGKILL', memory);
    await next.untilTraining(high);
    await says(first, 'Waiting for free memory: next in line', next);
    expect(await sandbox.trainers()).toHaveLength(1);
    await writeFile(goOn, '');
    for (const ended of await Promise.all([next.untilEnded(first), next.untilEnded(high)]))
      expect(ended).toMatchObject({ status: 'completed', attempt: 1 });
    await end(next, 'SIGTERM');
  });
});

describe('with a training host', () => {
  test('SIGTERM to the API leaves the session to the next API; SIGTERM to the host ends its training process', async () => {
    const poll = { TRAINING_HOST_POLL_MS: '500' };
    const { host, api } = await sandbox.startHostAndApi({ host: 'host', api: 'remote' }, { api: poll });
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    api.kill('SIGTERM');
    expect(await api.ended).toEqual({ code: 0, signal: null });
    expect((await host.sessions()).map(({ status }) => status)).toEqual(['running']);

    const next = await sandbox.startApi('remote', { ...Sandbox.onHost(host), ...poll });
    expect(await next.operation(id)).toMatchObject({
      status: 'running',
      attempt: 1,
      cancel_requested_at: null,
    });
    await next.untilTraining(id);
    await end(host, 'SIGTERM');
    expect(await filesBelow(sandbox.path('host-state', 'sessions'))).toEqual([]);
    const operation = await next.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', result: null, error: { code: 'host_stopped' } });
    expect(operation.error?.message).toContain('nothing computes there any more');
    await end(next, 'SIGTERM');
  });
});
