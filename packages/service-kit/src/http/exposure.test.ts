import 'reflect-metadata';
import { connect } from 'node:net';
import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import type { FastifyRequest } from 'fastify';
import { AccessModule, bearerOf, unauthenticated } from '../access/authenticator.js';
import { Requires } from '../access/route-access.js';
import { createService } from '../create-service.js';
import { HealthModule } from '../health/health.module.js';
import { readListenSettings } from '../listen-settings.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OrchestratorModule } from '../orchestrator.module.js';
import { SettingsReader } from '../settings-reader.js';

/** What a service shows to browsers, and whom it believes about a request's origin and address. */

@Controller('things')
class ThingsController {
  @Get()
  @Requires('read')
  find(@Req() { ip, protocol }: FastifyRequest): object {
    return { ip, protocol };
  }

  @Get('broken')
  @Requires('read')
  broken(): never {
    throw new Error('broken');
  }

  @Post()
  @Requires('operate')
  make(): null {
    return null;
  }
}

const TOKEN = 'token-of-a-test';
const AS_USER = { authorization: `Bearer ${TOKEN}` };

@Module({
  controllers: [ThingsController],
  imports: [
    OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
    MetricsModule,
    HealthModule.register({ useFactory: () => [] }),
  ],
})
class ThingsModule {}

const WITH_TOKEN = AccessModule.forRoot({
  useFactory: () => ({
    authenticate(request) {
      if (bearerOf(request) !== TOKEN) throw unauthenticated('This request needs an access token.');
      return { name: 'user', role: 'operate', tokenId: null };
    },
  }),
});

let app: NestFastifyApplication | undefined;
let url: string;

async function start(settings: Record<string, string> = {}, access = WITH_TOKEN): Promise<void> {
  const description = { name: 'things', description: 'Things.', version: '1.2.3' };
  app = await createService(
    { module: ThingsModule, imports: [access] },
    description,
    readListenSettings(new SettingsReader(settings), 0),
    false,
  );
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
}

const stop = async (): Promise<void> => {
  await app?.close();
  app = undefined;
};

function send(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url + path, { method, headers, redirect: 'manual' });
}

describe('every answer has the security headers', () => {
  afterAll(stop);

  const expected = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };

  test.each<[string, string, number, Record<string, string>]>([
    ['GET', '/things', 200, AS_USER],
    ['GET', '/things', 401, {}],
    ['HEAD', '/things', 200, AS_USER],
    ['GET', '/things/broken', 500, AS_USER],
    ['GET', '/nowhere', 404, AS_USER],
    ['GET', '/things/%zz', 400, {}],
    ['GET', '/live', 200, {}],
    ['GET', '/metrics', 200, AS_USER],
    ['GET', '/openapi.json', 200, AS_USER],
    ['POST', '/things', 403, { ...AS_USER, origin: 'https://evil.example' }],
    ['OPTIONS', '/things', 404, AS_USER],
  ])('%s %s: %i', async (method, path, status, headers) => {
    if (app === undefined) await start();
    const answer = await send(method, path, headers);
    expect(answer.status).toBe(status);
    for (const [name, value] of Object.entries(expected)) expect(answer.headers.get(name)).toBe(value);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    for (const banner of [
      'server',
      'x-powered-by',
      'strict-transport-security',
      'access-control-allow-origin',
    ])
      expect(answer.headers.get(banner)).toBeNull();
  });

  test('also an answer to bytes that are no HTTP request', async () => {
    if (app === undefined) await start();
    const answer = await raw('GET /things HTTP/9.9\r\n\r\n');
    for (const [name, value] of Object.entries(expected))
      expect(answer).toContain(`\r\n${name}: ${value}\r\n`);
  });
});

describe('pages of other origins', () => {
  afterEach(stop);

  const PAGE = 'https://page.example';
  const preflight = { origin: PAGE, 'access-control-request-method': 'POST' };

  test('cannot read anything while CORS_ORIGINS is not set', async () => {
    await start();
    for (const answer of [
      await send('OPTIONS', '/things', preflight),
      await send('GET', '/things', { ...AS_USER, origin: PAGE }),
    ])
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect((await send('POST', '/things', { ...AS_USER, origin: PAGE })).status).toBe(403);
  });

  test('can read and change with a token if CORS_ORIGINS names their origin exactly', async () => {
    await start({ CORS_ORIGINS: `${PAGE}, http://localhost:5173` });
    const asked = await send('OPTIONS', '/things', preflight);
    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('authorization'),
      vary: 'origin',
    });
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const made = await send('POST', '/things', { ...AS_USER, origin: PAGE, 'sec-fetch-site': 'cross-site' });
    expect([made.status, made.headers.get('access-control-allow-origin')]).toEqual([201, PAGE]);
    // the page can read why it was refused
    const refused = await send('GET', '/things', { origin: PAGE });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, PAGE]);
  });

  test.each([
    'https://page.example.evil.example',
    'https://evil-page.example',
    'http://page.example',
    'https://page.example:8443',
    'https://PAGE.example',
    'null',
  ])('%s is another origin than https://page.example', async (origin) => {
    await start({ CORS_ORIGINS: PAGE });
    const asked = await send('OPTIONS', '/things', { ...preflight, origin });
    expect(asked.status).not.toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect((await send('POST', '/things', { ...AS_USER, origin })).status).toBe(403);
  });

  test('a preflight request needs an allowed host name all the same (rebinding)', async () => {
    await start({ CORS_ORIGINS: PAGE });
    const answer = await raw(
      `OPTIONS /things HTTP/1.1\r\nhost: evil.example\r\norigin: ${PAGE}\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('host_not_allowed');
  });
});

describe('a proxy', () => {
  afterEach(stop);

  const FORWARDED = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };

  test('is not believed unless TRUSTED_PROXIES names it', async () => {
    for (const settings of [{}, { TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.1' }]) {
      await start(settings as Record<string, string>);
      const answer = await send('GET', '/things', { ...AS_USER, ...FORWARDED });
      expect(await answer.json()).toEqual({ success: true, data: { ip: '127.0.0.1', protocol: 'http' } });
      expect(answer.headers.get('strict-transport-security')).toBeNull();
      await stop();
    }
  });

  test('that is trusted gives the client’s address and protocol', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.0/8' });
    const answer = await send('GET', '/things', { ...AS_USER, ...FORWARDED });
    expect(await answer.json()).toEqual({ success: true, data: { ip: '203.0.113.9', protocol: 'https' } });
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  test('that is trusted: a client cannot put an address before its own', async () => {
    await start({ TRUSTED_PROXIES: '127.0.0.1' });
    const sent = { ...AS_USER, 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect(await (await send('GET', '/things', sent)).json()).toMatchObject({ data: { ip: '203.0.113.9' } });
  });

  test.each<Record<string, string>>([{}, { TRUSTED_PROXIES: '127.0.0.1' }])(
    'changes neither who a caller is nor the route, with %j (Kubeflow CVE-2026-54745)',
    async (settings) => {
      await start(settings);
      const headers = {
        'x-forwarded-host': 'localhost',
        'x-forwarded-user': 'admin',
        'x-forwarded-uri': '/live',
        'x-forwarded-prefix': '/live',
        'x-original-url': '/live',
        'x-original-uri': '/live',
        'x-rewrite-url': '/live',
        'x-http-method-override': 'GET',
        'x-remote-user': 'admin',
        'kubeflow-userid': 'admin@example.com',
        'x-auth-request-user': 'admin',
        'x-real-ip': '127.0.0.1',
        forwarded: 'for=127.0.0.1;host=localhost;proto=https',
      };
      for (const [name, value] of Object.entries(headers)) {
        const strange = await send('POST', '/things', { [name]: value });
        expect([name, strange.status]).toEqual([name, 401]);
        const open = await send('GET', '/live', { [name]: '/things' });
        expect([name, open.status, await open.text()]).toEqual([name, 200, '']);
      }
      const host = 'host: evil.example\r\nx-forwarded-host: localhost\r\nconnection: close\r\n\r\n';
      expect(await raw(`GET /live HTTP/1.1\r\n${host}`)).toContain('host_not_allowed');
    },
  );
});

describe('a service without a token', () => {
  afterEach(stop);

  test.each<Record<string, string>>([
    { forwarded: 'for=203.0.113.9' },
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-host': 'api.example.net' },
    { 'x-forwarded-proto': 'https' },
    { 'x-real-ip': '203.0.113.9' },
    { via: '1.1 proxy' },
  ])('refuses what a proxy passes on from others: %j', async (headers) => {
    await start({}, AccessModule.open());
    const answer = await send('POST', '/things', headers);
    expect([answer.status, await answer.text()]).toEqual([
      401,
      expect.stringMatching(/a proxy has passed this request on.*TRUSTED_PROXIES/),
    ]);
    expect((await send('GET', '/live', headers)).status).toBe(200);
    expect((await send('POST', '/things')).status).toBe(201);
  });

  test('answers its own gateway, unless that stands behind another proxy', async () => {
    await start({ GATEWAY_ADDRESS: '127.0.0.1' }, AccessModule.open());
    const sent = { 'x-forwarded-for': '10.213.77.1', 'x-forwarded-proto': 'http', via: '1.1 Caddy' };
    const answer = await send('GET', '/things', sent);
    expect(await answer.json()).toEqual({ success: true, data: { ip: '10.213.77.1', protocol: 'http' } });
    expect((await send('GET', '/things', { ...sent, forwarded: 'for=unknown' })).status).toBe(401);
  });
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}
