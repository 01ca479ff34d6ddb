import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { CancelOperationResponse, Operation } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { Gate } from '@ktrdr/orchestrator/testing';
import { dataOf, freePort, Link, LONG, LONG_GRACE, ROOT, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestProcess, TestService } from '@ktrdr/service-kit/testing';

/** Cancels that meet a host that cannot be reached, a session that is starting, and training processes that do not listen. */
let sandbox: Sandbox;

const links: Link[] = [];

// services start here while other tests keep the machine busy
jest.setTimeout(90_000);

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
}, 40_000);

afterAll(async () => {
  await Promise.all(links.map((link) => link.close()));
  await sandbox.close();
}, 40_000);

function ktrdr(api: TestService, ...args: string[]): TestProcess {
  const bin = join(ROOT, 'apps/cli/bin/ktrdr.mjs');
  return sandbox.spawn(process.execPath, [bin, ...args], { KTRDR_API_URL: api.url });
}

async function cancel(api: TestService, id: string, force = false): Promise<string> {
  const answer = await api.post<CancelOperationResponse>(`/operations/${id}/cancel`, {
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

const tellsWhy = ({ progress }: Operation): boolean =>
  progress.context.phase?.includes('does not answer') === true;

interface BehindLink {
  host: TestService;
  link: Link;
  api: TestService;
}

/** An API and its host, with a link between them. */
async function behindLink(
  name: string,
  hostSettings: Record<string, string>,
  apiSettings: Record<string, string> = {},
): Promise<BehindLink> {
  const port = await freePort();
  const host = await sandbox.startHost(name, { ...hostSettings, PORT: String(port) });
  const link = await Link.open(port);
  links.push(link);
  const api = await sandbox.startApi(`api-of-${name}`, { ...Sandbox.onHost(link), ...apiSettings });
  return { host, link, api };
}

/** Until it computes. */
async function startTraining(api: TestService): Promise<string> {
  const id = await api.startTraining({ strategy: LONG });
  await api.untilTraining(id);
  return id;
}

describe('a host that cannot be reached while a training there is cancelled', () => {
  let host: TestService;
  let link: Link;
  let api: TestService;
  beforeAll(async () => {
    ({ host, link, api } = await behindLink('host', LONG_GRACE));
  }, 60_000);
  afterAll(() => Promise.all([api.stop(), host.stop()]));

  test('the operation stays cancelling and says why, everywhere, and is cancelled when the host is back', async () => {
    const id = await startTraining(api);
    link.cut();
    expect(await cancel(api, id)).toBe('cancelling');
    const cli = ktrdr(api, 'operations', 'cancel', id);
    const silent = await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    expect(silent.progress.current_step).toMatch(
      /^Training MLP model on AAPL: the training host does not answer \([0-9]+ s of 60\) \(host service\)$/,
    );
    await until(
      'the line of the command',
      async () => cli.output,
      (output) => /Cancelling: .*the training host does not answer \([0-9]+ s of 60\)/.test(output),
    );
    const show = ktrdr(api, 'operations', 'show', id);
    expect(await show.ended).toMatchObject({ code: 0 });
    expect(show.output).toMatch(/status +cancelling/);
    expect(show.output).toMatch(/the training host does not answer \([0-9]+ s of 60\)/);
    expect(await sandbox.trainers()).toHaveLength(1);
    link.heal();
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', error: null, result: null });
    expect(await sandbox.trainers()).toEqual([]);
    expect(await cli.ended).toMatchObject({ code: 0 });
  });

  test('frozen, then back: cancelled', async () => {
    const id = await startTraining(api);
    host.kill('SIGSTOP');
    expect(await cancel(api, id)).toBe('cancelling');
    await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    host.kill('SIGCONT');
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('frozen, and cancelled by force: it is asked once more, then the operation is host_lost', async () => {
    const id = await startTraining(api);
    host.kill('SIGSTOP');
    expect(await cancel(api, id)).toBe('cancelling');
    await api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    expect(await cancel(api, id, true)).toBe('cancelling');
    // without force it would wait a minute
    expect(await api.untilEnded(id)).toMatchObject({ status: 'failed', error: { code: 'host_lost' } });
    host.kill('SIGCONT');
    const [session] = await host.sessions();
    await host.post(`/training/sessions/${session?.session_id}/cancel`);
    await untilNoTrainer();
  });

  test('killed, then started again: cancelled, nothing of the session is left', async () => {
    const id = await startTraining(api);
    link.cut();
    expect(await cancel(api, id)).toBe('cancelling');
    host.kill('SIGKILL');
    await host.ended;
    await untilNoTrainer();
    expect((await api.operation(id)).status).toBe('cancelling');
    host = await sandbox.startHost('host', { ...LONG_GRACE, PORT: new URL(host.url).port });
    link.heal();
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', error: null });
    expect(await host.sessions()).toEqual([]);
  });

  test('longer than its lease: host_lost, and the host has ended the session by itself', async () => {
    const lost = await behindLink(
      'lost',
      { ...LONG_GRACE, TRAINING_SESSION_LEASE_MS: '5000' },
      { TRAINING_HOST_TIMEOUT_MS: '3000' },
    );
    const id = await startTraining(lost.api);
    lost.link.cut();
    expect(await cancel(lost.api, id)).toBe('cancelling');
    await lost.api.untilOperation(id, (now) => now.status === 'cancelling' && tellsWhy(now));
    const ended = await lost.api.untilEnded(id);
    expect(ended).toMatchObject({
      status: 'failed',
      result: null,
      cancel_reason: 'enough',
      error: { code: 'host_lost' },
    });
    expect(ended.error?.message).toMatch(/^The cancel is not confirmed: .* did not answer for 5 s/);
    await untilNoTrainer();
    expect(await lost.host.sessions()).toMatchObject([
      {
        operation_id: id,
        status: 'cancelled',
        cancel_reason: 'nobody has asked for the session for 5 s',
      },
    ]);
    await Promise.all([lost.api.stop(), lost.host.stop()]);
  });
});

/** Between API and host: the start of a session is held before it reaches the host, or its answer before it reaches the API. */
class HeldStart {
  readonly gate = new Gate();
  private readonly server: Server;

  constructor(
    private readonly host: TestService,
    private readonly held: 'request' | 'answer',
  ) {
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
    const answer = await fetch(this.host.url + request.url, {
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
  test.each(['request', 'answer'] as const)(
    'whose %s is on its way: cancelling until the host has said that it ended',
    async (held) => {
      const host = await sandbox.startHost(`starting-${held}`, LONG_GRACE);
      const between = new HeldStart(host, held);
      const api = await sandbox.startApi(`held-${held}`, Sandbox.onHost(await between.listen()));
      const id = await api.startTraining({ strategy: LONG });
      await between.gate.reached;
      expect(await host.sessions()).toHaveLength(held === 'request' ? 0 : 1);
      expect(await cancel(api, id)).toBe('cancelling');
      expect(await cancel(api, id)).toBe('cancelling');
      expect((await api.operation(id)).status).toBe('cancelling');
      between.gate.open();
      expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', result: null, error: null });
      expect(await host.sessions()).toMatchObject([{ operation_id: id, status: 'cancelled' }]);
      expect(await sandbox.trainers()).toEqual([]);
      expect((await api.post(`/operations/${id}/cancel`)).body).toMatchObject({
        error: { code: 'operation_ended' },
      });
      await Promise.all([api.stop(), host.stop()]);
      await between.close();
    },
  );
});

describe.each(['local', 'host'] as const)('a training process that does not listen (%s)', (place) => {
  /** A training whose process is stopped, on services with this grace time. */
  async function deafTraining(name: string, settings: Record<string, string>) {
    const host = place === 'host' ? await sandbox.startHost(`${name}-host`, settings) : null;
    const api = await sandbox.startApi(`${name}-${place}`, {
      ...settings,
      ...(host === null ? {} : Sandbox.onHost(host)),
    });
    const id = await startTraining(api);
    const trainers = await sandbox.trainers();
    expect(trainers).toHaveLength(1);
    for (const pid of trainers) process.kill(pid, 'SIGSTOP');
    return { api, id, close: () => Promise.all([api.stop(), host?.stop()]) };
  }

  test('is gone after the grace time', async () => {
    const { api, id, close } = await deafTraining('deaf', { TRAINING_CANCEL_GRACE_MS: '200' });
    expect(await cancel(api, id)).toBe('cancelling');
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', result: null, error: null });
    expect(await sandbox.trainers()).toEqual([]);
    await close();
  });

  test('is gone at once by force, whatever the grace time', async () => {
    // the grace time is longer than the test may take
    const { api, id, close } = await deafTraining('forced', LONG_GRACE);
    expect(await cancel(api, id)).toBe('cancelling');
    expect((await api.operation(id)).status).toBe('cancelling');
    expect(await cancel(api, id, true)).toBe('cancelling');
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    expect(await sandbox.trainers()).toEqual([]);
    await close();
  });
});
