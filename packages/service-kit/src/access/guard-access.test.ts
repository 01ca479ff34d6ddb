import 'reflect-metadata';
import { connect } from 'node:net';
import { Controller, Delete, Get, Injectable, Module, Param, Post, Put, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KtrdrError, type Role } from '@ktrdr/contracts';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import type { FastifyRequest } from 'fastify';
import { createService } from '../create-service.js';
import { HealthModule } from '../health/health.module.js';
import { bytesOf, TakesBytes } from '../http/byte-body.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OrchestratorModule } from '../orchestrator.module.js';
import { AccessModule, bearerOf, unauthenticated, type Authenticator } from './authenticator.js';
import { CallerParam, type Caller } from './caller.js';
import { AuthenticatedBy, Requires } from './route-access.js';
import { readListenSettings } from '../listen-settings.js';
import { SettingsReader } from '../settings-reader.js';

/** A service whose tokens are the names of the roles, and a delivery whose secret is `secret-of-<id>`. */
const ROLE_OF = new Map<string | null, Role>([
  ['reader', 'read'],
  ['operator', 'operate'],
  ['admin', 'admin'],
]);

const byRole: Authenticator = {
  authenticate(request): Caller {
    const secret = bearerOf(request);
    const role = ROLE_OF.get(secret);
    if (role === undefined) throw unauthenticated('This request needs an access token.');
    return { name: secret as string, role, tokenId: null };
  },
};

@Injectable()
class DeliverySecret implements Authenticator {
  async authenticate(request: FastifyRequest): Promise<Caller> {
    const { id } = request.params as { id: string };
    await Promise.resolve();
    if (id === 'none') throw new KtrdrError('operation_not_found', 'There is no such run.');
    if (bearerOf(request) !== `secret-of-${id}`) throw unauthenticated('This is not the secret of the run.');
    return { name: `host of ${id}`, role: null, tokenId: null };
  }
}

let reached: string[] = [];

@Controller('things')
class ThingsController {
  @Get()
  @Requires('read')
  list(@CallerParam() caller: Caller): string {
    reached.push('list');
    return caller.name;
  }

  @Post()
  @Requires('operate')
  make(): null {
    reached.push('make');
    return null;
  }

  @Delete()
  @Requires('admin')
  remove(): null {
    reached.push('remove');
    return null;
  }

  /** Somebody forgot to declare its role. */
  @Get('forgotten')
  forgotten(): null {
    reached.push('forgotten');
    return null;
  }

  @Put(':id/file')
  @TakesBytes()
  @AuthenticatedBy(DeliverySecret, 'the host with the secret of the run')
  put(@Param('id') id: string, @Req() request: FastifyRequest): null {
    bytesOf(request).resume();
    reached.push(`put ${id}`);
    return null;
  }
}

@Module({
  controllers: [ThingsController],
  providers: [DeliverySecret],
  imports: [
    AccessModule.forRoot({ useFactory: () => byRole }),
    OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
    MetricsModule,
    HealthModule.register({
      useFactory: () => [{ name: 'data', check: async () => ({ folder: '/srv/private' }) }],
    }),
  ],
})
class ThingsModule {}

let app: NestFastifyApplication;
let port: number;

beforeAll(async () => {
  const description = { name: 'things', description: 'Things.', version: '1.2.3' };
  const settings = readListenSettings(new SettingsReader({}), 0);
  app = await createService(ThingsModule, description, settings, false);
  await app.listen(0, '127.0.0.1');
  port = Number(new URL(await app.getUrl()).port);
});

afterAll(() => app.close());

interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

/** Sends raw lines, because clients normalise paths and headers. */
function send(requestLine: string, headers: string[] = [], body = ''): Promise<RawAnswer> {
  reached = [];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const lines = [`${requestLine} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers, '', body];
    socket.write(lines.join('\r\n'));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.once('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no answer to ${requestLine}`)));
    socket.once('close', () => {
      const [head = '', rest = ''] = text.split('\r\n\r\n', 2);
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
        head: head.toLowerCase(),
        body: rest,
      });
    });
  });
}

const as = (token: string): string[] => [`authorization: Bearer ${token}`];

describe('a request without a token', () => {
  test.each([
    'GET /things',
    'HEAD /things',
    'POST /things',
    'DELETE /things',
    'OPTIONS /things',
    'PATCH /things',
    'TRACE /things',
    'GET /things/',
    'GET //things',
    'GET /things//',
    'GET /THINGS',
    'GET /thing%73',
    'GET /%2e/things',
    'GET /live/../things',
    'GET /live/%2e%2e/things',
    'GET /live%2f..%2fthings',
    'GET /live;/things',
    'GET /things;/live',
    'GET /things;.css',
    'GET /things?/live',
    'GET /things?token=admin',
    'GET /things#/live',
    'GET /things%00',
    'GET /things%3f/live',
    'GET /things\\..\\live',
    'GET /things/forgotten',
    'GET /LIVE',
    'GET //live',
    'GET /live/',
    'GET /health/',
    'GET /nothing',
    'GET /',
    'GET /metrics',
    'GET /openapi.json',
    'GET /openapi.json/',
    'GET /openapi%2ejson',
    'HEAD /openapi.json',
    'GET /favicon.ico',
    'GET http://localhost/things',
    'PUT /things/one/file',
  ])('%s gets nothing', async (requestLine) => {
    const { status, body } = await send(requestLine, ['content-length: 0']);
    expect([400, 401]).toContain(status);
    expect(body).not.toContain('"success":true');
    expect(reached).toEqual([]);
  });

  test('is told how to send one', async () => {
    const { status, head, body } = await send('GET /things');
    expect(status).toBe(401);
    expect(head).toContain('\r\nwww-authenticate: bearer realm="ktrdr"');
    expect(JSON.parse(body)).toEqual({
      success: false,
      error: { code: 'unauthenticated', message: 'This request needs an access token.' },
    });
  });

  test('is refused before its body is read', async () => {
    const { status } = await send('POST /things', [
      'content-type: application/json',
      'content-length: 1000000',
    ]);
    expect(status).toBe(401);
  });

  test('learns from /live and /health that the service runs, and nothing else', async () => {
    const live = await send('GET /live');
    expect([live.status, live.body]).toEqual([200, '']);
    expect((await send('HEAD /live')).status).toBe(200);
    const health = await send('GET /health');
    expect([health.status, health.body]).toEqual([200, '{"status":"ok"}']);
    expect((await send('GET /health', as('nobody'))).body).toBe('{"status":"ok"}');
    expect((await send('GET /health', as('reader'))).body).toContain('/srv/private');
  });
});

describe('the Authorization header', () => {
  test.each([
    ['another scheme', ['authorization: Basic cmVhZGVyOg==']],
    ['no scheme', ['authorization: reader']],
    ['no token', ['authorization: Bearer']],
    ['two tokens', ['authorization: Bearer reader reader']],
    ['an unknown token', ['authorization: Bearer nobody']],
    ['the name of a property of objects', ['authorization: Bearer constructor']],
    ['two headers', [...as('reader'), ...as('reader')]],
    ['a right header and a wrong one', ['authorization: Bearer nobody', ...as('reader')]],
    ['a token of 10,000 characters', as('r'.repeat(10_000))],
    ['a header of 10,000 spaces', [`authorization: Bearer${' '.repeat(10_000)}reader`]],
    ['another header', ['proxy-authorization: Bearer reader']],
    ['a token that is only in a cookie', ['cookie: authorization=Bearer reader']],
  ])('with %s is refused', async (_what, headers) => {
    expect((await send('GET /things', headers)).status).toBe(401);
    expect(reached).toEqual([]);
  });

  test.each([['Bearer reader'], ['bearer reader'], ['BEARER  reader ']])('%p is accepted', async (value) => {
    const { status, body } = await send('GET /things', [`Authorization: ${value}`]);
    expect([status, body]).toEqual([200, '{"success":true,"data":"reader"}']);
  });
});

describe('roles', () => {
  const ROUTES = ['GET /things', 'POST /things', 'DELETE /things', 'GET /things/forgotten'];
  test.each([
    ['reader', [200, 403, 403, 403]],
    ['operator', [200, 201, 403, 403]],
    ['admin', [200, 201, 200, 200]],
  ])('%s', async (token, statuses) => {
    const found = [];
    for (const route of ROUTES) found.push((await send(route, as(token))).status);
    expect(found).toEqual(statuses);
  });

  test('a refusal names the role and the way to it', async () => {
    const { body } = await send('POST /things', as('reader'));
    expect(JSON.parse(body)).toEqual({
      success: false,
      error: {
        code: 'forbidden',
        message:
          'This request needs a token with the role operate; the token reader has the role read. An admin can create one: ktrdr token create --role operate --name NAME',
        details: { role: 'operate' },
      },
    });
    expect(reached).toEqual([]);
  });

  test('HEAD needs the role of GET', async () => {
    expect((await send('HEAD /things', as('reader'))).status).toBe(200);
    expect((await send('HEAD /things/forgotten', as('reader'))).status).toBe(403);
  });

  test('every token may read the documentation', async () => {
    expect((await send('GET /openapi.json', as('reader'))).status).toBe(200);
  });
});

describe('a route with its own authenticator', () => {
  const BODY = ['content-type: application/octet-stream', 'content-length: 3'];

  test('accepts what this authenticator accepts, by the parameters of the route', async () => {
    expect((await send('PUT /things/one/file', [...as('secret-of-one'), ...BODY], 'abc')).status).toBe(200);
    expect(reached).toEqual(['put one']);
    expect((await send('PUT /things/two/file', [...as('secret-of-one'), ...BODY], 'abc')).status).toBe(401);
    expect((await send('PUT /things/one/file', [...as('admin'), ...BODY], 'abc')).status).toBe(401);
    expect(reached).toEqual([]);
  });

  test('answers with the error of this authenticator', async () => {
    const { status, body } = await send('PUT /things/none/file', [...as('secret-of-one'), ...BODY], 'abc');
    expect(status).toBe(404);
    expect(body).toContain('operation_not_found');
  });

  test('does not open other routes', async () => {
    expect((await send('GET /things', as('secret-of-one'))).status).toBe(401);
  });
});

test('the OpenAPI document names the role of each route', async () => {
  const { body } = await send('GET /openapi.json', as('reader'));
  // the answer may be chunked
  const { paths, components } = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as {
    paths: Record<string, Record<string, { security: unknown; description?: string; responses: object }>>;
    components: { securitySchemes: object };
  };
  expect(components.securitySchemes).toMatchObject({ token: { type: 'http', scheme: 'bearer' } });
  expect(paths['/things']?.['post']).toMatchObject({
    security: [{ token: [] }],
    description: 'Role: `operate`.',
  });
  expect(paths['/things/forgotten']?.['get']?.description).toBe(
    'Role: `admin`, because the route declares none.',
  );
  expect(paths['/things/{id}/file']?.['put']?.description).toBe(
    'Only for the host with the secret of the run.',
  );
  expect(paths['/live']?.['get']).toMatchObject({ security: [] });
  expect(Object.keys(paths['/things']?.['get']?.responses ?? {})).toEqual(
    expect.arrayContaining(['401', '403']),
  );
});

test('an address that tries tokens is told to wait; a valid token counts from it, and this machine is not limited', async () => {
  const fastify = app.getHttpAdapter().getInstance();
  const ask = (remoteAddress: string, token: string) =>
    fastify.inject({
      url: '/things',
      remoteAddress,
      headers: { host: 'localhost', authorization: `Bearer ${token}` },
    });
  // a hundred at once, and ten a second
  const tries = await Promise.all(
    Array.from({ length: 1_000 }, (_, number) => ask(`2001:db8::${number.toString(16)}`, 'wrong')),
  );
  expect(tries[0]!.statusCode).toBe(401);
  const refused = tries.filter(({ statusCode }) => statusCode !== 401);
  expect(refused.length).toBeGreaterThan(0);
  for (const { statusCode, headers } of refused)
    expect([statusCode, headers['retry-after'], headers.connection]).toEqual([429, '1', 'close']);
  expect((await ask('2001:db8::1', 'admin')).statusCode).toBe(200);
  expect((await ask('2001:db8:1::1', 'wrong')).statusCode).toBe(401);
  const own = await Promise.all(Array.from({ length: 1_000 }, () => ask('127.0.0.1', 'wrong')));
  expect(new Set(own.map((answer) => answer.statusCode))).toEqual(new Set([401]));
});
