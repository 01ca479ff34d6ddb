import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { HostList, Operation, OperationList, OperationMetrics, TrainingResult } from '@ktrdr/contracts';
import { freePort, Started } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { CHECKPOINTS_SOON, dataOf, Link, LONG, QUICK, Sandbox } from '@ktrdr/service-kit/testing';
import { strategyText, TestAuthority, until } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';

const MIDDLE = { epochs: 60, batchSize: 256, layers: [32, 16] };
const LEASE_MS = '3000';

const servers = new Started();
let postgres: PostgresServer;
/** Bytes of the model that the API trains from `MIDDLE`. */
let local: Buffer;

/**
 * Trainings on the hosts of a queue, the same for each backend.
 *
 * @param newUrl address of an empty queue
 * @param loseAll makes the queue lose everything that it holds; without it, that is not tried
 */
export function trainingsInQueue(
  newUrl: (postgres: PostgresServer) => Promise<string>,
  loseAll?: () => Promise<void>,
): void {
  let sandbox: Sandbox;
  let url: string;
  let one: TestService;
  let two: TestService;
  /** In front of `two`, for the hosts. */
  let tls: Server;
  let authority: TestAuthority;
  /** Hosts that have been started; some may have ended. */
  let started: TestService[] = [];

  beforeAll(async () => {
    [postgres, local] = await Promise.all([
      servers.start(
        () => PostgresServer.start(),
        (server) => server.stop(),
      ),
      trainBesideApi(strategyText(MIDDLE)),
    ]);
    sandbox = await Sandbox.create();
    await writeBars(sandbox);
    url = await newUrl(postgres);
    const settings = {
      DATABASE_URL: await postgres.createDatabase(),
      TRAINING_QUEUE_URL: url,
      TRAINING_QUEUE_USER_LIMIT: '1',
      TRAINING_ENGINE: 'onnx',
      // replicas share the folders that trainings write to
      MODELS_DIR: sandbox.path('models'),
      STATE_DIR: sandbox.path('state'),
      LEASE_MS,
    };
    [one, two] = await Promise.all([sandbox.startApi('one', settings), sandbox.startApi('two', settings)]);
    authority = await TestAuthority.create(sandbox.path('tls'));
    tls = await speakTls(two, authority);
  });

  afterAll(async () => {
    await sandbox?.close();
    tls?.close();
    await servers.stop();
  });

  /**
   * A host without bars. It sends its files to an API that need not own the operation, and knows that API's certificate by
   * the authority in `NODE_EXTRA_CA_CERTS`.
   */
  const startHost = async (name: string, settings: Record<string, string> = {}) => {
    const host = await sandbox.startQueueHost(name, {
      TRAINING_QUEUE_URL: url,
      KTRDR_API_URL: `https://localhost:${(tls.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: authority.caFile,
      DATA_DIR: sandbox.path(`${name}-no-data`),
      TRAINING_ENGINE: 'onnx',
      LEASE_MS,
      ...CHECKPOINTS_SOON,
      ...settings,
    });
    started.push(host);
    return host;
  };

  /** Stops or starts hosts until this number runs. */
  const withHosts = async (count: number): Promise<TestService[]> => {
    const running = started.filter((host) => host.running);
    started = running.slice(0, count);
    const missing = Array.from({ length: count - started.length }, () => startHost(`host-${randomUUID()}`));
    await Promise.all([...running.slice(count).map((host) => host.stop()), ...missing]);
    return started;
  };

  /** `MIDDLE`, slow until `release` is called: long enough for every interruption, and then quickly complete. */
  const slowly = () => {
    const pacedUntil = sandbox.path(randomUUID());
    const strategy = strategyText({ ...MIDDLE, paceMs: 50, pacedUntil });
    return { strategy, release: () => writeFile(pacedUntil, '') };
  };

  const hosts = async () => dataOf(await one.get<HostList>('/hosts'));
  const isWaiting = (ahead: number) => (operation: Operation) =>
    operation.status === 'pending' &&
    operation.progress.current_step === `Waiting for a host [${ahead} ahead]`;

  test('wait for a host as pending with their queue position, and are cancelled there immediately', async () => {
    expect(await hosts()).toEqual({ mode: 'queue', hosts: [] });
    const first = await one.startTraining({ strategy: QUICK });
    const second = await two.startTraining({ strategy: QUICK });
    const urgent = await one.startTraining({ strategy: QUICK, priority: 'high' });
    await two.untilOperation(urgent, isWaiting(0));
    await two.untilOperation(first, isWaiting(1));
    await one.untilOperation(second, isWaiting(2));
    dataOf(await two.post(`/operations/${urgent}/cancel`, { reason: 'not that urgent' }));
    expect(await one.untilEnded(urgent)).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'not that urgent',
      started_at: null,
    });
    await one.untilOperation(first, isWaiting(0));
    await withHosts(1);
    for (const id of [first, second]) {
      const { status, error, result } = await two.untilEnded(id);
      expect({ status, error }).toEqual({ status: 'completed', error: null });
      expect((result as TrainingResult).artifacts.model).toMatch(/^pattern\/1h_v/);
    }
    // both APIs judge in the light of the same ledger, and the same inputs are one trial
    const results = await Promise.all([first, second].map(async (id) => (await one.operation(id)).result));
    const verdicts = results.map((result) => (result as TrainingResult).verdict);
    expect(verdicts[0]).toMatchObject({ seeds: 1, trials_on_these_bars: 1, reasons: expect.anything() });
    expect(verdicts[1]).toEqual(verdicts[0]);
    const reseeded = await two.startTraining({ strategy: QUICK, seed: 7 });
    expect((await one.untilEnded(reseeded)).result).toMatchObject({ verdict: { trials_on_these_bars: 2 } });
    const { operations } = dataOf(await one.get<OperationList>('/operations'));
    expect(operations.filter(({ status }) => status === 'completed')).toHaveLength(3);
  });

  test('resume on another host from their checkpoint if their host is killed', async () => {
    const three = await withHosts(3);
    await until(
      'three hosts',
      hosts,
      (list) => list.hosts.filter(({ status }) => status === 'up').length >= 3,
    );
    const { strategy, release } = slowly();
    const id = await one.startTraining({ strategy });
    const running = await one.untilCheckpoint(id);
    const busy = await until('a busy host', hosts, (list) => busyHost(list, id) !== undefined);
    const name = busyHost(busy, id)?.name ?? '';
    const victim = three.find(({ pid }) => name.endsWith(`-${pid}`));
    victim?.kill('SIGKILL');
    await victim?.ended;
    expect((await one.operation(id)).status).toBe('running');
    expect(running.progress.percentage).toBeGreaterThan(0);
    await release();
    const ended = await two.untilEnded(id);
    expect(ended).toMatchObject({ status: 'completed', error: null, attempt: 1 });
    expect((await modelOf(ended)).equals(local)).toBe(true);
    expect(await sandbox.trainers()).toEqual([]);
    const { points } = dataOf(await two.get<OperationMetrics>(`/operations/${id}/metrics`));
    const { history, epochs_trained: trained } = (ended.result as TrainingResult).training_metrics!;
    expect(points.map(({ val_loss }) => val_loss)).toEqual(
      points.map(({ epoch }) => history.val_loss[epoch - 1]),
    );
    expect(points.at(-1)).toMatchObject({ epoch: trained, attempt: 1, seed: null });
    // the host may have died between a checkpoint and the report of the epoch before it
    expect(new Set(points.map(({ epoch }) => epoch)).size).toBeGreaterThanOrEqual(trained - 2);
    expect(points.length).toBeLessThanOrEqual(trained);
    expect(ended.progress.context).toMatchObject({ engine: 'onnx', device: 'cpu' });
  });

  // the queue's own tests show that the rest is the same on both, so it runs on one only
  if (loseAll === undefined) return;

  test('show and take their files only with the secret of their delivery', async () => {
    await withHosts(1);
    const { strategy, release } = slowly();
    const id = await one.startTraining({ strategy });
    await one.untilCheckpoint(id);
    const strange = 'op_training_20261125T101500_k3f9';
    const answers: string[] = [];
    for (const operation of [id, strange])
      for (const authorization of [undefined, 'Delivery x', `Delivery ${'0'.repeat(64)}`, 'Bearer x'])
        for (const [method, path] of [
          ['GET', 'checkpoint'],
          ['GET', 'bars/AAPL/1h'],
          ['PUT', 'runs/1/checkpoint'],
          ['PUT', 'runs/1/files/model/model.onnx'],
        ] as const) {
          const answer = await fetch(`${two.url}/trainings/${operation}/${path}`, {
            method,
            headers: {
              ...(authorization === undefined ? {} : { authorization }),
              ...(method === 'PUT' ? { 'content-type': 'application/octet-stream' } : {}),
            },
            ...(method === 'PUT' ? { body: 'forged' } : {}),
          });
          answers.push(`${answer.status} ${await answer.text()}`);
        }
    expect([...new Set(answers)]).toEqual([
      expect.stringMatching(/^404 \{"success":false,"error":\{"code":"delivery_not_found"/),
    ]);
    await release();
    const ended = await one.untilEnded(id);
    expect(ended).toMatchObject({ status: 'completed', error: null });
    expect((await modelOf(ended)).equals(local)).toBe(true);
  });

  test('return to the queue when their host stops, and can be cancelled at the other API', async () => {
    await withHosts(1);
    const id = await one.startTraining({ strategy: LONG });
    await one.untilCheckpoint(id);
    await withHosts(0);
    await one.untilOperation(
      id,
      ({ progress }) => progress.current_step?.startsWith('Waiting for a host') === true,
    );
    await withHosts(1);
    const { progress } = await one.operation(id);
    await two.untilOperation(
      id,
      (now) => (now.progress.items_processed ?? 0) > (progress.items_processed ?? 0),
      60_000,
    );
    dataOf(await two.post(`/operations/${id}/cancel`, { reason: 'from the other one' }));
    const cancelled = await two.untilEnded(id);
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'from the other one',
      resumable: true,
    });
    expect(await sandbox.trainers()).toEqual([]);

    // a host that cannot reach the API has neither checkpoint nor bars: it reports that, and still receives a cancel
    await withHosts(0);
    await startHost('lonely', { KTRDR_API_URL: `http://127.0.0.1:${await freePort()}` });
    const doesNotReach = async (operation: string, attempt: number) => {
      await two.untilOperation(
        operation,
        ({ attempt: now, progress }) =>
          now === attempt &&
          /waiting for the API: .* does not answer \(.*ECONNREFUSED/i.test(progress.current_step ?? ''),
      );
      dataOf(await one.post(`/operations/${operation}/cancel`, { reason: 'no API' }));
      expect(await two.untilEnded(operation)).toMatchObject({ status: 'cancelled', cancel_reason: 'no API' });
    };
    dataOf(await two.post(`/operations/${id}/resume`));
    await doesNotReach(id, 2);
    await doesNotReach(await one.startTraining({ strategy: QUICK }), 1);
    await withHosts(0);
  });

  test('respect the limit per user, and start from the beginning with a retry', async () => {
    await withHosts(2);
    const first = await one.startTraining({ strategy: LONG, user: 'ann' });
    await one.untilTraining(first);
    const { strategy, release } = slowly();
    const held = await two.startTraining({ strategy, user: 'ann' });
    await one.untilOperation(
      held,
      ({ status, progress }) =>
        status === 'pending' &&
        progress.current_step === 'Waiting for a host [other trainings of the same user first]',
    );
    const other = await one.startTraining({ strategy: QUICK, user: 'bob' });
    expect(await one.untilEnded(other)).toMatchObject({ status: 'completed' });
    dataOf(await two.post(`/operations/${first}/cancel`, {}));
    await two.untilCheckpoint(held);
    dataOf(await one.post(`/operations/${held}/cancel`, {}));
    expect(await one.untilEnded(held)).toMatchObject({ status: 'cancelled', resumable: true });
    dataOf(await two.post(`/operations/${held}/retry`));
    const anew = await one.untilOperation(held, ({ attempt }) => attempt === 2);
    expect(anew.resumable).toBe(false);
    await release();
    const ended = await two.untilEnded(held);
    expect(ended).toMatchObject({ status: 'completed', error: null, attempt: 2 });
    expect((await modelOf(ended)).equals(local)).toBe(true);
  });

  test('survive a kill of the API that started them, and so does a cancel', async () => {
    const running = await withHosts(2);
    const { strategy, release } = slowly();
    const id = await one.startTraining({ strategy });
    const unwanted = await one.startTraining({ strategy: LONG });
    for (const each of [id, unwanted]) await one.untilTraining(each);
    // no host can confirm the cancel before the API is killed
    for (const host of running) host.kill('SIGSTOP');
    dataOf(await one.post(`/operations/${unwanted}/cancel`, { reason: 'enough' }));
    expect((await one.operation(unwanted)).status).toBe('cancelling');
    one.kill('SIGKILL');
    await one.ended;
    for (const host of running) host.kill('SIGCONT');
    expect(await two.untilEnded(unwanted)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    await release();
    const ended = await two.untilEnded(id);
    expect(ended).toMatchObject({ status: 'completed', error: null, attempt: 1 });
    expect((await modelOf(ended)).equals(local)).toBe(true);
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('move to another host if theirs loses the queue; after a reconnect, that host works again', async () => {
    const { port, protocol, username, password, pathname } = new URL(url);
    const link = await Link.open(Number(port));
    const credentials = username === '' ? '' : `${username}:${password}@`;
    const through = `${protocol}//${credentials}${new URL(link.url).host}${pathname}`;
    await withHosts(0);
    const cutOff = await startHost('cut-off', { TRAINING_QUEUE_URL: through });
    const id = await two.startTraining({ strategy: LONG });
    await two.untilCheckpoint(id);
    const [trainer] = await sandbox.trainers();
    link.cut();
    const other = await startHost('other');
    await until(
      'another trainer alone',
      () => sandbox.trainers(),
      (pids) => pids.length === 1 && pids[0] !== trainer,
    );
    link.heal();
    await two.post(`/operations/${id}/cancel`, {});
    expect(await two.untilEnded(id)).toMatchObject({ status: 'cancelled' });
    await other.stop();
    const next = await two.startTraining({ strategy: LONG });
    await two.untilCheckpoint(next);
    // a host that is stopped while it is cut off ends in time, and another host continues its training
    link.cut();
    const { progress } = await two.operation(next);
    expect(await cutOff.stop()).toEqual({ code: 0, signal: null });
    expect(await sandbox.trainers()).toEqual([]);
    await withHosts(1);
    await two.untilOperation(
      next,
      (now) => (now.progress.items_processed ?? 0) > (progress.items_processed ?? 0),
      60_000,
    );
    await two.post(`/operations/${next}/cancel`, {});
    expect(await two.untilEnded(next)).toMatchObject({ status: 'cancelled', attempt: 1 });
    await link.close();
  });

  test('are queued again and resume if the queue loses all its data', async () => {
    await withHosts(1);
    const { strategy, release } = slowly();
    const id = await two.startTraining({ strategy });
    await two.untilCheckpoint(id);
    await loseAll();
    await release();
    const ended = await two.untilEnded(id);
    expect(ended).toMatchObject({ status: 'completed', error: null, attempt: 1 });
    expect((await modelOf(ended)).equals(local)).toBe(true);
  });
}

/** Listens with a certificate of the authority, and passes on to the service what arrives. */
async function speakTls(service: TestService, authority: TestAuthority): Promise<Server> {
  const { certFile, keyFile } = await authority.issue('api', ['localhost']);
  const files = { cert: await readFile(certFile), key: await readFile(keyFile) };
  const server = createServer(files, (outside) => {
    const inside = connect(Number(new URL(service.url).port), '127.0.0.1');
    pipeline(outside, inside, outside, () => undefined);
  });
  return new Promise((resolve) => void server.listen(0, 'localhost', () => resolve(server)));
}

function busyHost({ hosts }: HostList, id: string) {
  return hosts.find(({ operations }) => operations?.includes(id) === true);
}

/** @returns the bytes of the operation's model */
async function trainBesideApi(strategy: string): Promise<Buffer> {
  const sandbox = await Sandbox.create();
  try {
    await writeBars(sandbox);
    const api = await sandbox.startApi('local', { TRAINING_ENGINE: 'onnx' });
    return await modelOf(await api.untilEnded(await api.startTraining({ strategy })));
  } finally {
    await sandbox.close();
  }
}

async function writeBars(sandbox: Sandbox): Promise<void> {
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
}

async function modelOf({ result, error }: Operation): Promise<Buffer> {
  const path = (result as TrainingResult | null)?.artifacts.model_path;
  if (path == null) throw new Error(`no model: ${JSON.stringify(error)}`);
  return readFile(join(path, 'model.onnx'));
}
