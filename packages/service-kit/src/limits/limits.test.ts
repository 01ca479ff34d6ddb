import { connect, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { fastify, type FastifyInstance } from 'fastify';
import { CALLER, setCaller } from '../access/caller.js';
import { AnswersFirst } from './answers-first.js';
import { closeSlowBodies } from './close-slow-bodies.js';
import { limitConnections, Shares } from './limit-connections.js';
import { limitRequests } from './limit-requests.js';
import { takeTurns } from './take-turns.js';

let clock: FakeClock;
let service: FastifyInstance;
let sockets: Socket[];

beforeEach(() => {
  clock = new FakeClock();
  service = fastify({ forceCloseConnections: true });
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await service.close();
});

async function listen(): Promise<number> {
  service.get('/', () => 'read');
  service.post('/', () => 'changed');
  const url = await service.listen({ port: 0, host: '127.0.0.1' });
  return Number(new URL(url).port);
}

function open(port: number, sent: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(sent);
  sockets.push(socket);
  return socket;
}

function connections(): Promise<number> {
  return promisify(service.server.getConnections.bind(service.server))();
}

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n';

describe('requests', () => {
  async function statuses(
    method: 'GET' | 'POST',
    headers: Record<string, string>,
    count: number,
  ): Promise<number[]> {
    const answers = [];
    for (let sent = 0; sent < count; sent++)
      answers.push(await service.inject({ method, url: '/', headers }));
    return answers.map(({ statusCode }) => statusCode);
  }

  function limitTokens(settings: { reads: number | null; changes: number | null }): void {
    service.decorateRequest(CALLER, null);
    service.addHook('onRequest', (request, _reply, done) => {
      const tokenId = (request.headers.token as string | undefined) ?? null;
      setCaller(request, { name: 'someone', role: 'admin', tokenId });
      done();
    });
    limitRequests(service, settings, clock);
  }

  test('each token has a budget for changes, and reads do not wait for them', async () => {
    limitTokens({ reads: null, changes: null });
    await listen();
    const all = await statuses('POST', { token: 'a' }, 501);
    expect(all.slice(0, 500)).toEqual(Array.from({ length: 500 }, () => 200));
    const refused = await service.inject({ method: 'POST', url: '/', headers: { token: 'a' } });
    expect([all[500], refused.statusCode, refused.headers['retry-after']]).toEqual([429, 429, '1']);
    expect(refused.json()).toEqual({
      success: false,
      error: {
        code: 'too_many_requests',
        message:
          'You have sent more than 500 requests that change something at once; 50 a second are allowed. Try again after 1 s.',
        details: { retry_after_seconds: 1, per_second: 50 },
      },
    });
    expect(await statuses('GET', { token: 'a' }, 3)).toEqual([200, 200, 200]);
    expect(await statuses('POST', { token: 'b' }, 1)).toEqual([200]);
    await clock.advance(1_000);
    expect((await statuses('POST', { token: 'a' }, 51)).slice(-2)).toEqual([200, 429]);
  });

  test('a caller without a token has no budget, unless a setting gives it one', async () => {
    limitTokens({ reads: 1, changes: null });
    await listen();
    expect((await statuses('POST', {}, 600)).every((status) => status === 200)).toBe(true);
    expect((await statuses('GET', {}, 11)).slice(-2)).toEqual([200, 429]);
  });
});

test('a read among many changes is answered before most of them begin', async () => {
  takeTurns(service, new AnswersFirst(clock), clock);
  const begun: string[] = [];
  service.addHook('preHandler', ({ method }, _reply, done) => {
    begun.push(method);
    done();
  });
  await listen();
  const changes = Array.from({ length: 100 }, () => service.inject({ method: 'POST', url: '/' }));
  const answers = await Promise.all([...changes, service.inject({ method: 'GET', url: '/' })]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
  expect(begun).toHaveLength(101);
  expect(begun.indexOf('GET')).toBeLessThan(10);
});

test.each([
  [40, 40],
  [1_000, 51],
])(
  'of %i changes, one in each ms, the first begins when %i have arrived, and none waits for long',
  async (all, first) => {
    let now = 0;
    const arrivedAt: number[] = [];
    service.addHook('onRequest', (_request, _reply, done) => {
      arrivedAt.push(now);
      done();
    });
    takeTurns(service, new AnswersFirst(clock), { monotonic: () => now });
    const arrivedBefore: number[] = [];
    const waits: number[] = [];
    service.addHook('preHandler', (_request, _reply, done) => {
      waits.push(now - arrivedAt[waits.length]!);
      arrivedBefore.push(arrivedAt.length);
      done();
    });
    await listen();
    const changes: Promise<unknown>[] = [];
    for (let sent = 0; sent < all; sent++) {
      changes.push(Promise.resolve(service.inject({ method: 'POST', url: '/' })));
      await turn();
      now += 1;
    }
    await Promise.all(changes);
    expect(arrivedBefore).toHaveLength(all);
    expect(arrivedBefore[0]).toBe(first);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60);
  },
);

test('starts of a client that disconnects do not delay later operations again and again', async () => {
  const answers = new AnswersFirst(clock);
  takeTurns(service, answers, clock);
  let arrived = 0;
  service.post('/start', { config: { audited: { action: 'start' } } as object }, () => {
    arrived += 1;
    return new Promise(() => {});
  });
  const port = await listen();
  // the second one waits for the answer of the first
  const client = open(port, 'POST /start HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'.repeat(2));
  while (arrived < 2) await turn();
  const begun: number[] = [];
  answers.begin(() => begun.push(1));
  expect(begun).toEqual([]);
  client.destroy();
  while (await connections()) await turn();
  await clock.advance(250);
  await turn();
  expect(begun).toEqual([1]);
  answers.begin(() => begun.push(2));
  expect(begun).toEqual([1, 2]);
});

test('a connection above the limit gets a 503 and is closed; another one may take its place', async () => {
  limitConnections(service, 2);
  const port = await listen();
  const [first] = [open(port, GET), open(port, GET)];
  for (const socket of sockets) await new Promise((resolve) => socket.once('data', resolve));
  const answer = await text(open(port, GET));
  expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  expect(answer).toMatch(/retry-after: 1\r\n/i);
  expect(answer).toMatch(/"code":"service_busy","message":"The service has 2 open connections/);
  first.destroy();
  // the service hears of it a moment later
  let next = '';
  while (!next.startsWith('HTTP/1.1 200')) {
    const socket = open(port, GET);
    next = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    socket.destroy();
  }
});

test('one address has a share of the connections; this machine and proxies have none', () => {
  const shares = new Shares(2, ['127.0.0.0/8', '192.0.2.0/24']);
  const from = (remoteAddress: string) =>
    Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
  const all = ['2001:db8::1', '2001:db8::2', '2001:db8::3'].map(from);
  expect(all.map((socket) => shares.take(socket))).toEqual([true, true, false]);
  expect(shares.take(from('2001:db8:1::1'))).toBe(true);
  // one above the share counts until it is closed
  for (const socket of all.slice(1)) socket.emit('close');
  expect([4, 5].map((last) => shares.take(from(`2001:db8::${last}`)))).toEqual([true, false]);
  for (const address of ['127.0.0.1', '192.0.2.9', '::ffff:192.0.2.9'])
    expect([1, 2, 3].map(() => shares.take(from(address)))).toEqual([true, true, true]);
});

describe('a slow body', () => {
  /** Sends the start of a body, then a byte a second for this time. @returns what came back */
  async function drip(first: string, seconds: number, each: string): Promise<string> {
    closeSlowBodies(service, clock);
    const port = await listen();
    const socket = open(port, POST + first);
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    await arrived(POST.length + first.length);
    for (let sent = 0; sent < seconds && !socket.destroyed; sent++) {
      const total = POST.length + first.length + (sent + 1) * each.length;
      socket.write(each);
      await arrived(total);
      await clock.advance(1_000);
    }
    for (let turns = 0; turns < 20; turns++) await turn();
    return answer;
  }

  /** Waits until the service has read this many bytes, or has closed the connection. */
  async function arrived(bytes: number): Promise<void> {
    const read = (): number => [...connections].reduce((sum, { bytesRead }) => sum + bytesRead, 0);
    while (connections.size === 0 && !closed) await turn();
    while (read() < bytes && !closed) await turn();
  }

  let connections: Set<Socket>;
  let closed: boolean;

  beforeEach(() => {
    connections = new Set();
    closed = false;
    service.server.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.once('close', () => (closed = true));
    });
  });

  test('that drips is closed after the grace time', async () => {
    const answer = await drip('{"a":"', 20, 'x');
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain('"code":"request_timeout"');
  });

  test('that pauses is closed, however much has arrived', async () => {
    expect(await drip(`{"a":"${'x'.repeat(90_000)}`, 40, '')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('at a steady rate is not closed', async () => {
    expect(await drip('{"a":"', 30, 'x'.repeat(2_500))).toBe('');
    expect(closed).toBe(false);
  });
});
