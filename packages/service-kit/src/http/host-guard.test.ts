import 'reflect-metadata';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { Body, Controller, Get, Header, Module, Post, Put } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsInt, IsOptional } from 'class-validator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import { createService } from '../create-service.js';
import { AccessModule } from '../access/authenticator.js';
import { HealthModule } from '../health/health.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OrchestratorModule } from '../orchestrator.module.js';
import { readListenSettings } from '../listen-settings.js';
import { SettingsReader } from '../settings-reader.js';

/** Sends raw bytes over real sockets, because HTTP clients would correct the headers. */

class ThingDto {
  @IsOptional()
  @IsInt()
  count?: number;
}

let made = 0;

@Controller('things')
class ThingsController {
  @Post()
  make(@Body() thing: ThingDto): ThingDto {
    made += 1;
    return thing;
  }

  @Put()
  put(): object {
    made += 1;
    return {};
  }

  @Get()
  list(): object {
    return {};
  }

  @Get('events')
  @Header('content-type', 'text/event-stream')
  events(): string {
    return 'event: status\n\n';
  }
}

@Module({
  controllers: [ThingsController],
  imports: [
    AccessModule.open(),
    OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
    MetricsModule,
    HealthModule.register({ useFactory: () => [] }),
  ],
})
class ThingsModule {}

interface Service {
  app: NestFastifyApplication;
  port: number;
}

/** `host` is the configured address. The service really listens on loopback. */
async function start(host: string): Promise<Service> {
  const description = { name: 'things', description: 'Things.', version: '1.2.3' };
  const settings = {
    ...readListenSettings(new SettingsReader({}), 0),
    host,
    allowedHosts: ['ktrdr.example', '10.9.8.7'],
    corsOrigins: ['https://page.example'],
  };
  const app = await createService(ThingsModule, description, settings, false);
  await app.listen(0, '127.0.0.1');
  return { app, port: Number(new URL(await app.getUrl()).port) };
}

let loopback: Service;
let open: Service;

beforeAll(async () => {
  loopback = await start('127.0.0.1');
  open = await start('0.0.0.0');
});

afterAll(() => Promise.all([loopback.app.close(), open.app.close()]));

beforeEach(() => {
  made = 0;
});

/** Sends the lines. @returns `status code`, or only `status` if there is no error, and the message */
function send({ port }: Service, lines: string[], body = ''): Promise<{ code: string; message: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`];
    socket.write(`${[...lines, ...length, 'connection: close', '', body].join('\r\n')}`);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.once('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no answer to ${lines.join(' | ')}`)));
    socket.once('close', () => {
      const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(text)?.[1] ?? 'none';
      const { code = '', message = '' } = /"error":(\{.*\})\}/.test(text)
        ? (JSON.parse(/"error":(\{.*\})\}/.exec(text)![1]!) as { code: string; message: string })
        : {};
      resolve({ code: `${status} ${code}`.trim(), message });
    });
  });
}

const get = (service: Service, host: string, path = '/things') =>
  send(service, [`GET ${path} HTTP/1.1`, `host: ${host}`]);

describe('a service that listens on loopback', () => {
  test.each([
    'localhost',
    'LocalHost:8000',
    'localhost:1',
    '127.0.0.1:8000',
    '127.9.9.9',
    '[::1]:8000',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    'ktrdr.example',
    'KTRDR.example:443',
    '10.9.8.7:80',
    'host.docker.internal:5002',
  ])('accepts the host %s', async (host) => {
    expect(await get(loopback, host)).toEqual({ code: '200', message: '' });
  });

  test.each([
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    'xlocalhost',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '10.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0.0.0.0:8000',
    '[::]:8000',
    '[2001:db8::1]',
    'docker.internal',
    'a.host.docker.internal',
    'a.ktrdr.example',
    hostname(),
  ])('rejects the host %s and names the setting', async (host) => {
    for (const path of ['/things', '/things/events', '/health', '/metrics', '/openapi.json', '/nosuch']) {
      const { code, message } = await get(loopback, host, path);
      expect({ path, code, message }).toEqual({
        path,
        code: '403 host_not_allowed',
        message: expect.stringContaining('ALLOWED_HOSTS'),
      });
    }
  });

  test.each([
    ['empty', ['host:']],
    ['blank', ['host:   ']],
    ['missing', []],
    ['doubled', ['host: localhost', 'host: evil.example']],
    ['doubled, the same', ['host: localhost', 'Host: localhost']],
    ['a list', ['host: localhost, evil.example']],
    ['with a trailing dot', ['host: LOCALHOST.']],
    ['with a user', ['host: localhost@evil.example']],
    ['with a user and a port', ['host: localhost:8000@evil.example']],
    ['with a path', ['host: localhost/evil']],
    ['a URL', ['host: http://localhost']],
    ['with a port that is not a number', ['host: localhost:http']],
    ['with too high a port', ['host: localhost:65536']],
    ['with an empty port', ['host: localhost:']],
    ['with a broken address', ['host: [::1']],
    ['with an IPv4 address in brackets', ['host: [127.0.0.1]']],
    ['with an empty label', ['host: local..host']],
    ['far too long', [`host: ${'a.'.repeat(5_000)}a`]],
  ])('a Host header that is %s gets a short 400', async (_what, headers) => {
    const { code, message } = await send(loopback, ['POST /things HTTP/1.1', ...headers]);
    expect({ code, made }).toEqual({ code: '400 invalid_request', made: 0 });
    expect(message).toMatch(/Host header.*ALLOWED_HOSTS/);
    expect(message.length).toBeLessThan(300);
  });

  test('HTTP 1.0 without a Host header is rejected too', async () => {
    expect((await send(loopback, ['GET /things HTTP/1.0'])).code).toBe('400 invalid_request');
  });

  test.each(['http://evil.example/things', 'http://localhost/things', '*', 'things'])(
    'the target %s is rejected',
    async (target) => {
      const method = target === '*' ? 'OPTIONS' : 'POST';
      const { code } = await send(loopback, [`${method} ${target} HTTP/1.1`, 'host: localhost']);
      expect({ code, made }).toEqual({ code: '400 invalid_request', made: 0 });
    },
  );
});

describe('a service that listens on more than loopback', () => {
  test.each([
    'localhost:8000',
    '10.0.0.1:8000',
    '0.0.0.0',
    '[2001:db8::1]:8000',
    'host.docker.internal:5002',
    'ktrdr.example',
    hostname(),
  ])('accepts the host %s', async (host) => {
    expect(await get(open, host)).toEqual({ code: '200', message: '' });
  });

  test.each(['evil.example', 'docker.internal', 'a.host.docker.internal', '10.0.0.1.nip.io', '127.1'])(
    'rejects the host %s',
    async (host) => {
      expect((await get(open, host)).code).toBe('403 host_not_allowed');
    },
  );
});

describe('a request that changes something', () => {
  const post = (headers: string[], body = '{"count":1}', type = 'application/json', method = 'POST') =>
    send(
      loopback,
      [
        `${method} /things HTTP/1.1`,
        ...(headers.some((line) => line.startsWith('host:')) ? [] : ['host: localhost:8000']),
        ...(body === '' ? [] : [`content-type: ${type}`]),
        ...headers,
      ],
      body,
    );

  test.each([
    ['no origin', []],
    ['the same origin', ['origin: http://localhost:8000', 'sec-fetch-site: same-origin']],
    ['the same origin in capitals', ['origin: http://LOCALHOST:8000']],
    [
      'the same origin over https, with the default port',
      ['host: localhost:443', 'origin: https://localhost'],
    ],
    ['an allowed proxy', ['origin: https://ktrdr.example']],
    ['an allowed proxy without TLS', ['origin: http://ktrdr.example']],
    [
      'a proxy on another port that forwards Host',
      ['host: ktrdr.example:8443', 'origin: https://ktrdr.example:8443'],
    ],
    ['an allowed name with the port of Host', ['origin: http://ktrdr.example:8000']],
    ['an address entered by a user', ['sec-fetch-site: none']],
    ['one of its own pages', ['sec-fetch-site: same-origin']],
    ['the same address', ['host: [::1]:8000', 'origin: http://[::1]:8000']],
  ])('is accepted: %s', async (_what, headers) => {
    expect({ ...(await post(headers)), made }).toEqual({ code: '201', message: '', made: 1 });
  });

  test.each([
    ['another host', ['origin: http://evil.example']],
    ['another port of this machine', ['origin: http://localhost:3000']],
    ['another name of this machine', ['origin: http://127.0.0.1:8000']],
    ['the default port', ['origin: http://localhost']],
    ['another port of an allowed name', ['origin: http://ktrdr.example:3000']],
    ['another port of an allowed name in Host', ['host: ktrdr.example', 'origin: http://ktrdr.example:3000']],
    ['the default port of the other scheme', ['origin: http://ktrdr.example:443']],
    ['an opaque origin', ['origin: null']],
    ['an empty origin', ['origin:']],
    ['an origin without a scheme', ['origin: localhost:8000']],
    ['an extension', ['origin: chrome-extension://localhost:8000']],
    ['an origin with a user', ['origin: http://evil@localhost:8000']],
    ['an origin with a path', ['origin: http://localhost:8000/']],
    ['two origins', ['origin: http://localhost:8000', 'origin: http://evil.example']],
    ['a far too long origin', [`origin: http://${'a'.repeat(9_000)}`]],
    ['another site without an origin', ['sec-fetch-site: cross-site']],
    ['the same site without an origin', ['sec-fetch-site: same-site']],
    ['an unknown site', ['sec-fetch-site: x']],
    ['two sites', ['sec-fetch-site: none', 'sec-fetch-site: cross-site']],
  ])('is rejected from %s, with and without a body', async (_what, headers) => {
    for (const body of ['{"count":1}', '']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const { code, message } = await post(headers, body, 'application/json', method);
        expect({ method, code, made }).toEqual({ method, code: '403 origin_not_allowed', made: 0 });
        expect(message).toContain('ALLOWED_HOSTS');
        expect(message.length).toBeLessThan(300);
      }
    }
  });

  test('other origins may only read', async () => {
    const lines = ['GET /things HTTP/1.1', 'host: localhost', 'origin: http://evil.example'];
    expect(await send(loopback, lines)).toEqual({ code: '200', message: '' });
  });

  const FORM = 'application/x-www-form-urlencoded';

  test.each([FORM, `${FORM}; charset=utf-8`, 'Application/X-WWW-Form-Urlencoded'])(
    'may be JSON with the content type %s, which curl -d sends',
    async (type) => {
      expect({ ...(await post([], '{"count":1}', type)), made }).toEqual({
        code: '201',
        message: '',
        made: 1,
      });
    },
  );

  test.each([
    ['another origin', ['origin: http://evil.example']],
    ['no origin', ['origin: null']],
    ['its own origin', ['origin: http://localhost:8000']],
    ['another site', ['sec-fetch-site: cross-site']],
    ['its own site', ['sec-fetch-site: same-origin']],
  ])('gets 415 as a form from a browser page of %s', async (_what, headers) => {
    const { code, message } = await post(headers, '{"count":1}', FORM);
    expect({ code, made }).toEqual({ code: '415 unsupported_media_type', made: 0 });
    expect(message).toContain('content-type: application/json');
  });

  test.each(['count=1', 'x', '[1]', '"x"'])(
    'a form that does not contain a JSON object is rejected: %s',
    async (body) => {
      const { code, message } = await post([], body, FORM);
      expect({ code, made }).toEqual({ code: '415 unsupported_media_type', made: 0 });
      expect(message).toBe(`Send the body as content-type: application/json, not "${FORM}".`);
    },
  );

  test('a form has the same size limit as JSON', async () => {
    expect((await post([], `{"count":"${'x'.repeat(2_097_152)}"}`, FORM)).code).toMatch(/^413/);
  });
});
