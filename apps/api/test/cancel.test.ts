import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CancelOperationResponse, Operation } from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { Gate } from '@ktrdr/orchestrator/testing';
import { dataOf, Link, LONG, LONG_GRACE, Sandbox, until, WARM } from '@ktrdr/service-kit/testing';
import type { TestProcess, TestService } from '@ktrdr/service-kit/testing';

/** Cancels with an unreachable host, with a session that is starting, and with training processes that do not react. */
let sandbox: Sandbox;
/** A host, an API that trains on it, and the link between them. */
let host: TestService;
let link: Link;
let api: TestService;

/** The API gives up on a silent host after this time, unless the lease of a session is longer. */
const TIMEOUT_MS = '8000';

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  const port = await freePort();
  link = await Link.open(port);
  ({ host, api } = await sandbox.startHostAndApi(
    { host: 'host', api: 'api' },
    {
      host: { ...LONG_GRACE, ...WARM, PORT: String(port) },
      api: { ...Sandbox.onHost(link), ...WARM, TRAINING_HOST_TIMEOUT_MS: TIMEOUT_MS },
    },
  ));
});

afterAll(async () => {
  await link.close();
  await sandbox.close();
});

function ktrdr(...args: string[]): TestProcess {
  return sandbox.ktrdr(api, args);
}

async function cancel(id: string, { force = false, at = api } = {}): Promise<string> {
  const answer = await at.post<CancelOperationResponse>(`/operations/${id}/cancel`, {
    reason: 'enough',
    force,
  });
  return dataOf(answer).status;
}

function untilNoTrainer(): Promise<number[]> {
  return until(
    'no training process',
    () => sandbox.trainers(),
    (pids) => pids.length === 0,
  );
}

/** Names the time limit of a cancel; before the cancel the limit is another one. */
const tellsWhy = ({ progress }: Operation): boolean =>
  /does not answer \([0-9]+ s of (60|8)\)/.test(progress.context.phase ?? '');

/** Waits until the training computes. */
async function startTraining(at = api): Promise<string> {
  const id = await at.startTraining({ strategy: LONG });
  await at.untilTraining(id);
  return id;
}

describe('a host that is unreachable while its training is cancelled', () => {
  test('the operation stays cancelling and shows why in every view; it is cancelled when the host is back', async () => {
    const id = await startTraining();
    link.cut();
    expect(await cancel(id)).toBe('cancelling');
    const cli = ktrdr('operations', 'cancel', id);
    const silent = await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    expect(silent.progress.current_step).toMatch(
      /^Training MLP model on AAPL: the training host does not answer \([0-9]+ s of 60\) \(host service\)$/,
    );
    await until(
      'the line of the command',
      async () => cli.output,
      (output) => /Cancelling: .*the training host does not answer \([0-9]+ s of 60\)/.test(output),
    );
    const show = ktrdr('operations', 'show', id);
    expect(await show.ended).toMatchObject({ code: 0 });
    expect(show.output).toMatch(/status +cancelling/);
    expect(show.output).toMatch(/the training host does not answer \([0-9]+ s of 60\)/);
    expect(await sandbox.trainers()).toHaveLength(1);
    link.heal();
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', error: null, result: null });
    expect(await sandbox.trainers()).toEqual([]);
    expect(await cli.ended).toMatchObject({ code: 0 });
  });

  test('frozen, then back: the operation is cancelled', async () => {
    const id = await startTraining();
    host.kill('SIGSTOP');
    expect(await cancel(id)).toBe('cancelling');
    await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    host.kill('SIGCONT');
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('frozen, then a forced cancel: the API asks once more, then the operation fails with host_lost', async () => {
    const id = await startTraining();
    host.kill('SIGSTOP');
    expect(await cancel(id)).toBe('cancelling');
    await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    expect(await cancel(id, { force: true })).toBe('cancelling');
    // without force this takes a minute
    expect(await api.untilEnded(id)).toMatchObject({ status: 'failed', error: { code: 'host_lost' } });
    host.kill('SIGCONT');
    const [session] = await host.sessions();
    await host.post(`/training/sessions/${session?.session_id}/cancel`);
    await host.untilSessionsEnded();
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('killed, then restarted: the operation is cancelled, and nothing of the session remains', async () => {
    const id = await startTraining();
    link.cut();
    expect(await cancel(id)).toBe('cancelling');
    host.kill('SIGKILL');
    await host.ended;
    await untilNoTrainer();
    expect((await api.operation(id)).status).toBe('cancelling');
    host = await sandbox.startHost('host', { ...LONG_GRACE, PORT: new URL(host.url).port });
    link.heal();
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', error: null });
    expect(await host.sessions()).toEqual([]);
  });
});

type Held = 'request' | 'answer';

/** A proxy between API and host that holds back the request to start a session, or its response. */
class HeldStart {
  held: Held = 'request';
  gate = new Gate();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.pass(request, response));
  }

  async listen(): Promise<{ url: string }> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isStart = request.method === 'POST' && request.url === '/training/sessions';
    if (isStart && this.held === 'request') await this.gate.pass();
    const answer = await fetch(host.url + request.url, {
      method: request.method,
      headers: { 'content-type': 'application/json' },
      body: request.method === 'POST' ? Buffer.concat(chunks) : undefined,
    });
    const body = await answer.text();
    if (isStart && this.held === 'answer') await this.gate.pass();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
  }
}

describe('a cancel during the start of a session', () => {
  const between = new HeldStart();
  let caller: TestService;
  beforeAll(async () => {
    caller = await sandbox.startApi('held', Sandbox.onHost(await between.listen()));
  });
  afterAll(async () => {
    await caller.stop();
    await between.close();
  });

  test.each<Held>(['request', 'answer'])(
    'whose %s is on its way: cancelling until the host has said that it ended',
    async (held) => {
      between.held = held;
      between.gate = new Gate();
      const id = await caller.startTraining({ strategy: LONG });
      const sessions = async () => (await host.sessions()).filter(({ operation_id }) => operation_id === id);
      await between.gate.reached;
      expect(await sessions()).toHaveLength(held === 'request' ? 0 : 1);
      expect(await cancel(id, { at: caller })).toBe('cancelling');
      expect(await cancel(id, { at: caller })).toBe('cancelling');
      expect((await caller.operation(id)).status).toBe('cancelling');
      between.gate.open();
      expect(await caller.untilEnded(id)).toMatchObject({ status: 'cancelled', result: null, error: null });
      expect(await sessions()).toMatchObject([{ status: 'cancelled' }]);
      expect(await sandbox.trainers()).toEqual([]);
      expect((await caller.post(`/operations/${id}/cancel`)).body).toMatchObject({
        error: { code: 'operation_ended' },
      });
    },
  );
});

describe.each(['local', 'host'] as const)('a training process that does not react (%s)', (place) => {
  /** Starts a training and suspends its process. */
  async function startDeafTraining(at: TestService): Promise<string> {
    const id = await startTraining(at);
    const trainers = await sandbox.trainers();
    expect(trainers).toHaveLength(1);
    for (const pid of trainers) process.kill(pid, 'SIGSTOP');
    return id;
  }

  test('is killed after the grace time', async () => {
    const settings = { TRAINING_CANCEL_GRACE_MS: '200' };
    const names = { host: 'deaf', api: 'api-of-deaf' };
    const at =
      place === 'local'
        ? await sandbox.startApi('deaf-local', settings)
        : (await sandbox.startHostAndApi(names, { host: settings })).api;
    const id = await startDeafTraining(at);
    expect(await cancel(id, { at })).toBe('cancelling');
    expect(await at.untilEnded(id)).toMatchObject({ status: 'cancelled', result: null, error: null });
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('is killed immediately by a forced cancel, whatever the grace time', async () => {
    // the grace time is longer than the test's timeout
    const at = place === 'local' ? await sandbox.startApi('forced-local', LONG_GRACE) : api;
    const id = await startDeafTraining(at);
    expect(await cancel(id, { at })).toBe('cancelling');
    expect((await at.operation(id)).status).toBe('cancelling');
    expect(await cancel(id, { at, force: true })).toBe('cancelling');
    expect(await at.untilEnded(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    expect(await sandbox.trainers()).toEqual([]);
  });
});

test('a host that is unreachable for longer than its lease gives host_lost and ends the session itself', async () => {
  await host.stop();
  const PORT = new URL(host.url).port;
  host = await sandbox.startHost('host', { ...LONG_GRACE, PORT, TRAINING_SESSION_LEASE_MS: TIMEOUT_MS });
  const id = await startTraining();
  link.cut();
  expect(await cancel(id)).toBe('cancelling');
  await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
  const ended = await api.untilEnded(id);
  expect(ended).toMatchObject({
    status: 'failed',
    result: null,
    cancel_reason: 'enough',
    error: { code: 'host_lost' },
  });
  expect(ended.error?.message).toMatch(/^The cancel is not confirmed: .* did not answer for 8 s/);
  const sessions = await host.untilSessionsEnded();
  expect(await sandbox.trainers()).toEqual([]);
  expect(sessions).toMatchObject([
    {
      operation_id: id,
      status: 'cancelled',
      cancel_reason: 'the session got no request for 8 s',
    },
  ]);
});
