import 'reflect-metadata';
import { connect } from 'node:net';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryOperationStore, type Clock } from '@ktrdr/orchestrator';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { AccessModule } from '../access/authenticator.js';
import { Requires } from '../access/route-access.js';
import { createService } from '../create-service.js';
import { HealthModule } from '../health/health.module.js';
import { readListenSettings } from '../listen-settings.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OrchestratorModule } from '../orchestrator.module.js';
import { SettingsReader } from '../settings-reader.js';
import { SignedRequests } from './signed-requests.js';
import { ANSWER_SIGNATURE, answerSignature, readToken, signRequest } from './signature.js';

/** A host over real HTTP, and callers with and without its secret. */

const SECRET = 'a secret of the API and of its host, 256 bits';
const SECOND = 1_000;

let started: unknown[] = [];

@Controller('sessions')
class SessionsController {
  @Post()
  @Requires('operate')
  start(@Body() body: object | undefined): object {
    started.push(body);
    return { started: true };
  }

  @Get()
  @Requires('operate')
  list(): object {
    return { sessions: started.length };
  }
}

const clock = new FakeClock(Date.parse('2026-01-05T10:00:00Z'));

@Module({
  controllers: [SessionsController],
  imports: [
    AccessModule.forRoot({
      inject: [HttpAdapterHost],
      useFactory: (adapter: HttpAdapterHost) => new SignedRequests(SECRET, clock as Clock, adapter),
    }),
    OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
    MetricsModule,
    HealthModule.register({ useFactory: () => [{ name: 'engine', check: async () => ({ warm: true }) }] }),
  ],
})
class HostModule {}

let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  const description = { name: 'host', description: 'A host.', version: '1.0.0' };
  app = await createService(HostModule, description, readListenSettings(new SettingsReader({}), 0), false);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  // requests of an earlier second could be replays of an earlier process
  await clock.advance(SECOND);
});

afterAll(() => app.close());

beforeEach(() => {
  started = [];
});

interface Sent {
  method: string;
  path: string;
  body?: string;
  headers: Record<string, string>;
}

/** A request of the API, as it leaves the API. */
function signed(
  method: string,
  path: string,
  body = '',
  { secret = SECRET, now = clock.now() } = {},
): Sent & { signature: string } {
  const { authorization, signature } = signRequest(secret, { method, path }, body, now);
  return {
    method,
    path,
    signature,
    headers: { authorization, ...(body === '' ? {} : { 'content-type': 'application/json' }) },
    ...(body === '' ? {} : { body }),
  };
}

interface Received {
  status: number;
  body: { error?: { code: string; message: string; details?: unknown }; status?: string; details?: unknown };
  text: string;
  signature: string | null;
}

async function send({ method, path, body, headers }: Sent): Promise<Received> {
  const answer = await fetch(url + path, { method, headers, body });
  const text = await answer.text();
  let parsed = {};
  if (text.startsWith('{')) parsed = JSON.parse(text) as object;
  return { status: answer.status, body: parsed, text, signature: answer.headers.get(ANSWER_SIGNATURE) };
}

const START = JSON.stringify({ operation_id: 'one' });

test('a signed request is accepted, and its answer is signed for this request only', async () => {
  const request = signed('POST', '/sessions', START);
  const { status, text, signature } = await send(request);
  expect({ status, started }).toEqual({ status: 201, started: [{ operation_id: 'one' }] });
  expect(signature).toBe(answerSignature(SECRET, request.signature, 201, text));
  const other = signed('POST', '/sessions', START);
  expect(signature).not.toBe(answerSignature(SECRET, other.signature, 201, text));
  expect(signature).not.toBe(answerSignature(SECRET, request.signature, 200, text));
  expect(signature).not.toBe(answerSignature(SECRET, request.signature, 201, text.replace('true', 'false')));
});

test.each(['/sessions', '/sessions?limit=1', '/health', '/metrics', '/nowhere', '/%zz'])(
  'the answer to GET %s is signed',
  async (path) => {
    const request = signed('GET', path);
    const { status, text, signature } = await send(request);
    // the router answers an address that it cannot parse before anything else
    const expected = path === '/%zz' ? null : answerSignature(SECRET, request.signature, status, text);
    expect(signature).toBe(expected);
  },
);

describe('refused', () => {
  const changed = (request: Sent, change: Partial<Sent>): Sent => ({ ...request, ...change });
  const start = () => signed('POST', '/sessions', START);

  test.each<[string, () => Sent, RegExp]>([
    ['a request without a signature', () => changed(start(), { headers: {} }), /signed with its secret/],
    [
      'a request signed with another secret',
      () => signed('POST', '/sessions', START, { secret: SECRET.replace('256', '255') }),
      /signed with another secret\. Set the same TRAINING_HOST_SECRET/,
    ],
    ['another path', () => changed(start(), { path: '/sessions?force=true' }), /another secret/],
    ['another method', () => changed(signed('GET', '/sessions'), { method: 'DELETE' }), /another secret/],
    [
      'another body',
      () => changed(start(), { body: START.replace('one', 'two') }),
      /The body is not the one that was signed/,
    ],
    ['a body that was removed', () => changed(start(), { body: undefined }), /The body is not the one/],
    [
      'a body that was added',
      () => {
        const request = signed('POST', '/sessions');
        const headers = { ...request.headers, 'content-type': 'application/json' };
        return changed(request, { body: START, headers });
      },
      /The body is not the one that was signed/,
    ],
    [
      'a clock that is behind',
      () => signed('POST', '/sessions', START, { now: clock.now() - 61 * SECOND }),
      /clock of the API is 61 s behind the clock of this training host; at most 60 s .*NTP/,
    ],
    [
      'a clock that is ahead',
      () => signed('POST', '/sessions', START, { now: clock.now() + 3_600 * SECOND }),
      /clock of the API is 3600 s ahead of/,
    ],
    [
      'a signature in a header of another form',
      () => {
        const { authorization = '' } = start().headers;
        return changed(start(), { headers: { authorization: `${authorization}, signature=` } });
      },
      /Authorization header/,
    ],
    ['a wrong token', () => changed(start(), { headers: { authorization: 'Bearer x' } }), /read token/],
    [
      'the secret itself as a token',
      () => bearer('/sessions', SECRET.replaceAll(/[ ,]/g, '-')),
      /read token/,
    ],
  ])('%s', async (_what, request, message) => {
    const { status, body } = await send(request());
    expect(body.error).toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(message) });
    expect({ status, started }).toEqual({ status: 401, started: [] });
  });

  test('a request that is sent again: at once, and with its signature in other letters', async () => {
    const request = start();
    expect((await send(request)).status).toBe(201);
    expect((await send(request)).body.error?.message).toMatch(/already received once/);
    const { authorization = '' } = request.headers;
    const upper = { authorization: authorization.toUpperCase(), 'content-type': 'application/json' };
    expect((await send(changed(request, { headers: upper }))).status).toBe(401);
    expect(started).toHaveLength(1);
  });

  test('a request that is sent again for as long as its time is valid, and afterwards', async () => {
    const request = signed('POST', '/sessions', START, { now: clock.now() + 60 * SECOND });
    expect((await send(request)).status).toBe(201);
    for (let seconds = 0; seconds <= 130; seconds += 10) {
      expect((await send(request)).status).toBe(401);
      await clock.advance(10 * SECOND);
    }
    expect(started).toHaveLength(1);
  });

  test('a request from before the start: an earlier process may have answered it', async () => {
    const young = new FakeClock(clock.now());
    const adapter = {} as HttpAdapterHost;
    const fresh = new SignedRequests(SECRET, young as Clock, adapter);
    const { headers } = signed('POST', '/sessions', START, { now: young.now() - 1 });
    const request = { method: 'POST', url: '/sessions', headers } as never;
    expect(() => fresh.authenticate(request)).toThrow(/before this training host started/);
  });

  test('another body of a type that nobody reads, without harm to the host', async () => {
    const request = changed(signed('POST', '/sessions'), { body: START });
    expect((await send(request)).body.error?.code).toBe('unsupported_media_type');
    expect((await send(signed('GET', '/sessions'))).status).toBe(200);
  });

  test('without reading the body', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    socket.write('POST /sessions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n{');
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });
});

test('a caller without the secret gets no signature from the host', async () => {
  const requests = [
    { method: 'GET', path: '/live', headers: {} },
    { method: 'GET', path: '/sessions', headers: {} },
    signed('GET', '/sessions', '', { secret: 'another secret of at least 32 characters' }),
    bearer('/metrics', readToken(SECRET)),
  ];
  for (const request of requests) expect((await send(request)).signature).toBeNull();
});

test('a refusal of the clock is signed, so that the API can believe it', async () => {
  const request = signed('GET', '/sessions', '', { now: clock.now() - 600 * SECOND });
  const { status, text, signature } = await send(request);
  expect(signature).toBe(answerSignature(SECRET, request.signature, status, text));
});

test('the read token shows health and metrics, and can start nothing', async () => {
  const token = readToken(SECRET);
  expect((await send(bearer('/health', token))).body).toMatchObject({ details: { engine: { warm: true } } });
  expect((await send(bearer('/metrics', token))).text).toContain('ktrdr_operations_active');
  expect(await send(bearer('/sessions', token))).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden' } },
  });
});

test('a stranger learns that the host lives, and nothing else', async () => {
  const stranger = (path: string) => send({ method: 'GET', path, headers: {} });
  expect(await stranger('/live')).toMatchObject({ status: 200, text: '' });
  expect((await stranger('/health')).body).toEqual({ status: 'ok' });
  for (const path of ['/metrics', '/openapi.json', '/sessions', '/nowhere'])
    expect(await stranger(path)).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
});

function bearer(path: string, token: string): Sent {
  return { method: 'GET', path, headers: { authorization: `Bearer ${token}` } };
}
