import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KtrdrError, redact, type Operation, type WebhookMessage } from '@ktrdr/contracts';
import { MemoryWebhookStore, type EndedAttempt, type StoredWebhook } from '@ktrdr/operation-store';
import { newOperation } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { AddressPolicy } from '@ktrdr/outbound';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookSender, type WebhookSenderOptions } from './webhook-sender.js';
import { webhookSignature } from './webhook-signature.js';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Server;
let base: string;
let received: Received[];
/** How the receiver answers, by path. Default: 204. */
let answers: Record<string, (response: ServerResponse) => void>;
let clock: FakeClock;
let store: MemoryWebhookStore;
let logger: RecordingLogger;
let operations: Map<string, Operation>;
let running: WebhookDeliveries[];

beforeEach(async () => {
  received = [];
  answers = {};
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.once('end', () => {
      const { url: path = '', headers } = request;
      received.push({ path, headers, body });
      (answers[path] ?? ((open) => open.writeHead(204).end()))(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clock = new FakeClock();
  store = new MemoryWebhookStore(() => clock.now());
  logger = new RecordingLogger();
  operations = new Map();
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((deliveries) => deliveries.onModuleDestroy()));
  server.closeAllConnections();
  server.close();
});

const METADATA = {
  parameters: {},
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: 'momentum',
  start_date: null,
  end_date: null,
};

function start(options: Partial<WebhookSenderOptions> = {}): WebhookDeliveries {
  const policy = new AddressPolicy(['127.0.0.1']);
  const sender = new WebhookSender({ policy, clock, ...options });
  const get = async (id: string): Promise<Operation> => {
    const found = operations.get(id);
    if (found === undefined) throw new KtrdrError('operation_not_found', `There is no operation ${id}.`);
    return found;
  };
  const deliveries = new WebhookDeliveries({ store, sender, operations: { get }, clock, logger });
  running.push(deliveries);
  deliveries.onApplicationBootstrap();
  return deliveries;
}

async function webhook(path: string, on: StoredWebhook['on'], url = base + path): Promise<StoredWebhook> {
  const created = {
    id: `wh_${path.slice(1)}`,
    name: null,
    url,
    on,
    secret: 'whsec_a-secret-of-a-test-0123456789',
    createdAt: '2026-01-05T09:00:00.000Z',
    createdBy: 'alice',
  };
  await store.create(created, 100);
  return created;
}

function end(id: string, other: Partial<Operation> = {}): void {
  const endedAt = '2026-01-05T09:29:00.000Z';
  const made = newOperation({ id, type: 'training', metadata: METADATA, createdAt: endedAt });
  operations.set(id, { ...made, status: 'completed', completed_at: endedAt, ...other });
  const { status, attempt } = operations.get(id)!;
  store.operationEnded({ operationId: id, attempt, status: status as EndedAttempt['status'], endedAt });
}

const last = async (id: string) => (await store.list()).find((known) => known.id === id)!;
/** Lets a second pass, until something holds. */
async function seconds(what: string, holds: () => boolean | Promise<boolean>, stepMs = 1_000): Promise<void> {
  const latest = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > latest) throw new Error(`it took too long until ${what}`);
    await clock.advance(stepMs);
    // requests take real time
    await sleep(2);
  }
}
const messageAt = (at: number): WebhookMessage => JSON.parse(received[at]!.body) as WebhookMessage;
const edge = { verdict: { label: 'edge', reasons: ['Edge found.'] } };

test('a receiver gets one signed message that says how the operation ended', async () => {
  const { secret } = await webhook('/hook', ['completed', 'edge']);
  end('op_training_1', { result: edge });
  start();
  await seconds('the message is recorded', async () => (await last('wh_hook')).lastDelivery !== null);
  const [{ headers, body }] = received as [Received];
  const timestamp = headers['ktrdr-timestamp'] as string;
  expect(Math.abs(Number(timestamp) * 1000 - clock.now())).toBeLessThan(60_000);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'ktrdr-delivery': 'wh_hook_1',
    'ktrdr-signature': webhookSignature(secret, timestamp, body),
  });
  expect(messageAt(0)).toMatchObject({
    delivery: 'wh_hook_1',
    events: ['completed', 'edge'],
    test: false,
    at: '2026-01-05T09:29:00.000Z',
    operation: {
      operation_id: 'op_training_1',
      operation_type: 'training',
      status: 'completed',
      attempt: 1,
      verdict: edge.verdict,
    },
  });
  expect(await last('wh_hook')).toMatchObject({
    waiting: 0,
    lastDelivery: { outcome: 'delivered', tries: 1, status: 204, problem: null },
  });
  await clock.advance(10_000);
  expect(received).toHaveLength(1);
});

test('a webhook for edges gets only edges', async () => {
  await webhook('/edge', ['edge']);
  end('op_training_1', { result: { verdict: { label: 'no_edge', reasons: [] } } });
  end('op_training_2', { result: null });
  end('op_training_3', { result: edge });
  end('op_training_4', { status: 'failed' });
  start();
  await seconds('nothing waits', async () => (await last('wh_edge')).waiting === 0);
  expect(received.map((_, at) => messageAt(at).operation?.operation_id)).toEqual(['op_training_3']);
});

test('an operation that was removed or resumed meanwhile does not stop the deliveries', async () => {
  await webhook('/hook', ['cancelled']);
  end('op_training_1', { status: 'cancelled' });
  end('op_training_2', { status: 'cancelled' });
  operations.delete('op_training_1');
  operations.set('op_training_2', { ...operations.get('op_training_2')!, status: 'pending', attempt: 2 });
  start();
  await seconds('nothing waits', async () => (await last('wh_hook')).waiting === 0);
  expect(received).toHaveLength(1);
  expect(messageAt(0).operation).toMatchObject({
    operation_id: 'op_training_2',
    status: 'cancelled',
    attempt: 1,
  });
});

test('a failed delivery is tried again after growing pauses, with the same id', async () => {
  await webhook('/hook', ['completed']);
  answers['/hook'] = (response) => response.writeHead(500).end();
  end('op_training_1');
  start();
  await seconds('the first try', async () => (await last('wh_hook')).lastDelivery?.tries === 1);
  expect((await last('wh_hook')).lastDelivery).toMatchObject({
    outcome: 'retrying',
    status: 500,
    problem: 'The receiver answered HTTP 500. It must answer with a status from 200 to 299.',
  });
  const begin = clock.now();
  await seconds('the second try', async () => (await last('wh_hook')).lastDelivery?.tries === 2);
  await seconds('the third try', async () => (await last('wh_hook')).lastDelivery?.tries === 3);
  // 5 s and 15 s
  expect(clock.now() - begin).toBeGreaterThanOrEqual(20_000);
  delete answers['/hook'];
  await seconds('the delivery', async () => (await last('wh_hook')).waiting === 0);
  expect(new Set(received.map(({ headers }) => headers['ktrdr-delivery']))).toEqual(new Set(['wh_hook_1']));
  expect((await last('wh_hook')).lastDelivery).toMatchObject({ outcome: 'delivered', tries: 4 });
});

test('after a day it has failed, and the log says so', async () => {
  await webhook('/hook', ['completed']);
  answers['/hook'] = (response) => response.writeHead(404).end();
  end('op_training_1');
  start();
  const hasFailed = async () => (await last('wh_hook')).lastDelivery?.outcome === 'failed';
  await seconds('the delivery has failed', hasFailed, 60_000);
  expect((await last('wh_hook')).waiting).toBe(0);
  expect(received.length).toBeGreaterThan(10);
  expect(received.length).toBeLessThan(40);
  expect(logger.messages('warn')).toEqual(['a message to a webhook was not delivered for a day']);
});

test('a receiver that hangs delays no other receiver', async () => {
  await webhook('/silent', ['completed']);
  await webhook('/hook', ['completed']);
  answers['/silent'] = () => {};
  for (const number of [1, 2, 3]) end(`op_training_${number}`);
  start();
  await seconds('the other has everything', async () => (await last('wh_hook')).waiting === 0);
  expect(received.filter(({ path }) => path === '/silent')).toHaveLength(1);
  expect((await last('wh_silent')).waiting).toBe(3);
});

test('a receiver that never answers has not received', async () => {
  await webhook('/silent', ['completed']);
  answers['/silent'] = () => {};
  end('op_training_1');
  start({ tryMs: 50 });
  await seconds('the try ends', async () => (await last('wh_silent')).lastDelivery !== null);
  expect((await last('wh_silent')).lastDelivery).toMatchObject({
    outcome: 'retrying',
    status: null,
    problem: expect.stringContaining('did not respond within 0.05 s. Check the URL and the receiver.'),
  });
});

test('when an API stops in the middle of a try, another one delivers', async () => {
  await webhook('/hook', ['completed']);
  answers['/hook'] = () => {};
  end('op_training_1');
  const first = start();
  await seconds('the first try', () => received.length === 1);
  await first.onModuleDestroy();
  expect(await last('wh_hook')).toMatchObject({ waiting: 1, lastDelivery: null });
  delete answers['/hook'];
  start();
  await seconds('the delivery', async () => (await last('wh_hook')).waiting === 0);
  expect(received.map(({ headers }) => headers['ktrdr-delivery'])).toEqual(['wh_hook_1', 'wh_hook_1']);
  expect((await last('wh_hook')).lastDelivery).toMatchObject({ outcome: 'delivered', tries: 2 });
});

describe('addresses', () => {
  const problemOf = async (id: string): Promise<string | null | undefined> => {
    end('op_training_1');
    await seconds('the try ends', async () => (await last(id)).lastDelivery !== null);
    return (await last(id)).lastDelivery?.problem;
  };

  test('a redirect is not followed', async () => {
    await webhook('/moved', ['completed']);
    answers['/moved'] = (response) => response.writeHead(302, { location: `${base}/secret` }).end();
    start();
    expect(await problemOf('wh_moved')).toBe(
      'The receiver answered HTTP 302, a redirect, which is not followed. Use the URL that it leads to.',
    );
    expect(received.map(({ path }) => path)).toEqual(['/moved']);
  });

  test('a private address is refused unless the operator allows it', async () => {
    await webhook('/hook', ['completed']);
    start({ policy: new AddressPolicy() });
    expect(await problemOf('wh_hook')).toBe(
      'The address 127.0.0.1 is loopback. Nothing was sent. Webhooks use https and public addresses. To allow http and addresses of your own network, start the API with NOTIFY_PRIVATE_NETWORKS, for example 192.168.1.20 or 10.1.0.0/16.',
    );
    expect(received).toEqual([]);
  });

  test('a name that leads to a private address at the moment of the connection is refused', async () => {
    const { port } = server.address() as AddressInfo;
    await webhook('/hook', ['completed'], `https://hooks.example:${port}/hook`);
    start({
      policy: new AddressPolicy(),
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    expect(await problemOf('wh_hook')).toMatch(
      /^hooks\.example resolves to 127\.0\.0\.1, which is loopback\. Nothing was sent\./,
    );
    expect(received).toEqual([]);
  });

  test('nothing listens: the problem says so', async () => {
    await webhook('/hook', ['completed'], 'http://127.0.0.1:9/hook');
    start();
    expect(await problemOf('wh_hook')).toMatch(/^No connection to 127\.0\.0\.1:9 \(.*ECONNREFUSED/);
  });
});

test('logs and errors hide the secret', () => {
  expect(redact('key whsec_a-secret-of-a-test-0123456789.')).toBe('key whsec_***.');
});
