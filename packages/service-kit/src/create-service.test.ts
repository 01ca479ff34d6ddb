import 'reflect-metadata';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isErrorResponse } from '@ktrdr/contracts';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createService } from './create-service.js';
import { folderCheck } from './health/folder-check.js';
import { AccessModule } from './access/authenticator.js';
import { HealthController } from './health/health.controller.js';
import { HealthModule } from './health/health.module.js';
import { QueryNumber } from './http/query-number.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { OrchestratorModule } from './orchestrator.module.js';
import { watchingLoop } from './testing/loop-watch.js';
import { readListenSettings } from './listen-settings.js';
import { SettingsReader } from './settings-reader.js';

/** A small service with all parts of the kit, over real HTTP. */

class PartDto {
  @IsInt()
  size!: number;
}

class ThingDto {
  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(9)
  count?: number;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts?: PartDto[];
}

@Controller('things')
class ThingsController {
  @Post()
  make(@Body() thing: ThingDto): ThingDto {
    return thing;
  }

  @Get()
  find(@Query() query: ThingDto): ThingDto {
    return query;
  }

  @Post('stop')
  stop(): object {
    return {};
  }

  @Get('broken')
  broken(): never {
    throw new Error('a secret of the service');
  }

  @Get(':name')
  named(@Param('name') name: string): object {
    return { name };
  }
}

let broken = false;
let checks = 0;

@Module({
  controllers: [ThingsController],
  imports: [
    AccessModule.open(),
    OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
    MetricsModule,
    HealthModule.register({
      useFactory: () => [
        folderCheck('data', { setting: 'DATA_DIR', folder: import.meta.dirname, use: 'read' }),
        {
          name: 'engine',
          check: async () => {
            checks += 1;
            if (broken) throw new Error('The engine is cold.');
            return { warm: true };
          },
        },
      ],
    }),
  ],
})
class ThingsModule {}

let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  const description = { name: 'things', description: 'Things.', version: '1.2.3' };
  app = await createService(ThingsModule, description, readListenSettings(new SettingsReader({}), 0), false);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

afterAll(() => app.close());

interface Answer {
  status: number;
  type: string | null;
  body: unknown;
}

async function send(method: string, path: string, body?: string, type = 'application/json'): Promise<Answer> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': type };
  const answer = await fetch(url + path, { method, body, headers });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

/** Status, code and message of an error response. */
async function refusal(...request: Parameters<typeof send>): Promise<{ code: string; message: string }> {
  const { status, type, body } = await send(...request);
  if (!isErrorResponse(body)) throw new Error(`no refusal: ${JSON.stringify(body)}`);
  expect(type).toMatch(/^application\/json/);
  return { ...body.error, code: `${status} ${body.error.code}` };
}

const deep = (levels: number): string => `{"count":${'['.repeat(levels - 1)}1${']'.repeat(levels - 1)}}`;
const fields = (count: number): string => Array.from({ length: count }, (_, index) => `"k${index}":1`).join();

describe('bodies', () => {
  test('a JSON object is accepted', async () => {
    expect((await send('POST', '/things', ' {"count": 3, "parts": [{"size": 1}]} ')).body).toEqual({
      success: true,
      data: { count: 3, parts: [{ size: 1 }] },
    });
  });

  test.each([
    ['none', undefined],
    ['empty', ''],
    ['only spaces', ' \n '],
    ['an empty object', '{}'],
    ['an option that is null', '{"count": null}'],
  ])('%s: every option has its default', async (_what, body) => {
    expect((await send('POST', '/things', body)).body).toEqual({ success: true, data: {} });
  });

  test.each<[string, string, string, RegExp]>([
    ['cut off', '{"count":', '400 invalid_request', /^The body is not valid JSON: .+\.$/],
    ['JSON with comments', '{} // why', '400 invalid_request', /not valid JSON/],
    ['a list', '[]', '400 invalid_request', /must be a JSON object: \{ \.\.\. \}/],
    ['null', 'null', '400 invalid_request', /must be a JSON object/],
    ['a text', '"text"', '400 invalid_request', /must be a JSON object/],
    ['a number', '1', '400 invalid_request', /must be a JSON object/],
    ['one level too deep', deep(17), '400 invalid_request', /nested too deeply: at most 16 levels/],
    ['a hundred thousand levels', deep(100_000), '400 invalid_request', /nested too deeply/],
    ['of the maximum depth', deep(16), '400 invalid_request', /count must be/],
    [
      'too many values',
      `{"parts":[${'1,'.repeat(5_000)}1]}`,
      '400 invalid_request',
      /too many values: at most 5,000 values are allowed \(character 10,008, in "parts\.4998"\)/,
    ],
    [
      'too many fields in one object',
      `{"parts":[{${fields(1_001)}}]}`,
      '400 invalid_request',
      /too many fields in one object: at most 1,000 fields are allowed \(character [\d,]+, in "parts\.0"\)/,
    ],
    [
      'as many fields as one object may have',
      `{"parts":[{${fields(1_000)}}]}`,
      '400 invalid_request',
      /unknown option "parts\.0\.k0"/,
    ],
    ['a field twice', '{"count":1,"c\\u006funt":2}', '400 invalid_request', /"count" is given twice/],
    [
      'a field twice, nested',
      '{"parts":[{"size":1,"size":2}]}',
      '400 invalid_request',
      /"parts\.0\.size" is given twice/,
    ],
    [
      'a number beyond every limit',
      '{"count":1e999}',
      '400 invalid_request',
      /"count" is too large a number/,
    ],
    [
      'half a surrogate pair',
      '{"count":"\\ud800"}',
      '400 invalid_request',
      /"count" contains half of a surrogate pair/,
    ],
    ['quotes and backslashes only', `{"${'\\"'.repeat(1_000_000)}`, '400 invalid_request', /not valid JSON/],
    [
      'too large',
      `{"count":"${'x'.repeat(2_097_152)}"}`,
      '413 payload_too_large',
      /at most 2,097,152 bytes are allowed/,
    ],
  ])('%s', async (_what, body, code, message) => {
    expect(await refusal('POST', '/things', body)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each(['text/plain', 'text/json', 'application/jsonx', 'multipart/form-data; boundary=x', 'x'])(
    'CVE-2026-21858: of content type %s are rejected, whatever they contain',
    async (type) => {
      expect(await refusal('POST', '/things', '{}', type)).toMatchObject({
        code: '415 unsupported_media_type',
        message: `Send the body as content-type: application/json, not "${type}".`,
      });
    },
  );
});

describe('options', () => {
  test.each<[string, string, string]>([
    ['unknown', '{"colour":"red"}', 'unknown option "colour"'],
    ['unknown, with the value null', '{"colour":null}', 'unknown option "colour"'],
    ['unknown, nested', '{"parts":[{"size":1,"x":2}]}', 'unknown option "parts.0.x"'],
    [
      'inherited by every object, nested',
      '{"params":{"list":[{"constructor":3}]}}',
      'unknown option "params.list.0.constructor"',
    ],
    ['inherited by every object', '{"constructor":1}', 'unknown option "constructor"'],
    ['forbidden in every object', '{"__proto__":{"count":1}}', 'unknown option "__proto__"'],
    ['of the wrong type', '{"count":"many"}', 'count must be a whole number'],
    ['out of range', '{"count":10}', 'count must be at most 9'],
    ['of the wrong type, nested', '{"parts":[{"size":"big"}]}', 'size must be a whole number'],
    ['two', '{"count":0,"a":1}', 'unknown option "a"; count must be at least 1'],
    [
      'more than the message names',
      '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}',
      `${['a', 'b', 'c', 'd', 'e'].map((name) => `unknown option "${name}"`).join('; ')}; and 2 more`,
    ],
    ['with a very long name', `{"${'x'.repeat(5000)}":1}`, `unknown option "${'x'.repeat(40)}…"`],
  ])('%s', async (_what, body, problem) => {
    expect(await refusal('POST', '/things', body)).toMatchObject({
      code: '400 invalid_request',
      message: `The request is not valid: ${problem}.`,
    });
  });

  test('each problem is in the details, up to a hundred', async () => {
    const one = await send('POST', '/things', '{"parts":[{"size":"big"}]}');
    expect(one.body).toMatchObject({
      error: { details: { problems: [{ path: 'parts.0.size', message: 'size must be a whole number' }] } },
    });
    const names = Array.from({ length: 100 }, (_, index) => [`x${index}`, 1]);
    const many = await send('POST', '/things', JSON.stringify(Object.fromEntries(names)));
    expect(many.body).toMatchObject({ error: { message: expect.stringContaining('and 95 more') } });
    expect(many.body).toHaveProperty('error.details.problems.length', 100);
  });

  test.each([
    ['?count=many', 'count must be a whole number'],
    ['?count=', 'count must be a whole number'],
    ['?count', 'count must be a whole number'],
    ['?count=%20', 'count must be a whole number'],
    ['?count=null', 'count must be a whole number'],
    ['?count=0x1', 'count must be a whole number'],
    ['?count=1e0', 'count must be a whole number'],
    ['?count=%2B1', 'count must be a whole number'],
    ['?count=-1', 'count must be at least 1'],
    ['?count=%D9%A1', 'count must be a whole number'],
    ['?count=1.5', 'count must be a whole number'],
    ['?count=1&count=2', '"count" is given more than once'],
    ['?count[]=1', 'unknown option "count[]"'],
    [
      `?${Array.from({ length: 101 }, (_, i) => `a${i}`).join('&')}`,
      'the query has 101 parameters; at most 100 are allowed',
    ],
    ['?colour=red', 'unknown option "colour"'],
    ['?toString=1', 'unknown option "toString"'],
  ])('in a query: %s', async (query, problem) => {
    expect((await refusal('GET', `/things${query}`)).message).toBe(`The request is not valid: ${problem}.`);
  });
});

describe('a query that was sent before', () => {
  const found = async (query: string) => (await send('GET', `/things?${query}`)).body;

  test('gives the same answer, whatever was sent in between', async () => {
    for (const count of [2, 7, 2, 7]) {
      expect(await found(`count=${count}`)).toEqual({ success: true, data: { count } });
      expect(await refusal('GET', '/things?count=10')).toMatchObject({ code: '400 invalid_request' });
    }
    expect(await refusal('GET', '/things?count=2&count=2')).toMatchObject({ code: '400 invalid_request' });
    expect(await refusal('GET', '/things?count=2&constructor=')).toMatchObject({
      code: '400 invalid_request',
    });
  });

  test('is not confused with another one of many', async () => {
    // more than are kept
    for (let turn = 0; turn < 300; turn += 1) {
      const count = (turn % 9) + 1;
      const query = `${'0'.repeat(turn % 40)}${count}`;
      expect(await found(`count=${query}`)).toEqual({ success: true, data: { count } });
    }
  });
});

test('options of a route without options are rejected', async () => {
  expect((await send('POST', '/things/stop', '{}')).status).toBe(201);
  expect((await refusal('POST', '/things/stop', '{"force":true}')).message).toMatch(/unknown option "force"/);
  expect((await refusal('POST', '/things/stop?force=true')).message).toMatch(/unknown option "force"/);
  expect((await refusal('GET', '/things/pin?all')).message).toMatch(/unknown option "all"/);
});

test('a body that is not UTF-8 is rejected; a byte order mark is skipped', async () => {
  const post = (body: Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${url}/things`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const latin1 = await post(new Uint8Array(Buffer.from('{"count":"\u00e9"}', 'latin1')));
  expect(await latin1.json()).toMatchObject({ error: { message: 'The body is not valid UTF-8.' } });
  expect((await post(new Uint8Array(Buffer.from('\ufeff{"count":1}')))).status).toBe(201);
});

describe('no body holds the event loop', () => {
  const many = (count: number, entry: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => entry(index)).join();

  test.each<[string, string]>([
    ['unknown fields', `{${many(190_000, (index) => `"${index.toString(36)}":1`)}}`],
    ['numbers', `{"parts":[${many(900_000, () => '1')}]}`],
    ['nested objects', `{"parts":[${many(500_000, () => '{}')}]}`],
    ['as many nested objects as are allowed', `{"parts":[${many(2_490, () => '{}')}]}`],
    ['as many unknown fields as are allowed', `{${many(100, (index) => `"${index}":{}`)}}`],
    [
      'as many nested unknown fields',
      `{"parts":[${many(49, () => `{${many(100, (index) => `"${index}":1`)}}`)}]}`,
    ],
    ['lists', `{"parts":${'['.repeat(1_000_000)}`],
    ['one long text', `{"count":"${'\\n'.repeat(1_000_000)}"}`],
  ])('%s', async (_what, body) => {
    const sendIt = (): Promise<unknown> => refusal('POST', '/things', body);
    // compiled on the first run
    await sendIt();
    // the least of some tries: other work of the machine can hold the loop too
    let heldMs = Infinity;
    for (let tries = 0; tries < 5 && heldMs >= 100; tries += 1) {
      heldMs = Math.min(heldMs, (await watchingLoop(sendIt)).heldMs);
    }
    // the unbounded body of unknown fields held it for 19 s
    expect(heldMs).toBeLessThan(100);
  });
});

describe('addresses', () => {
  test.each<[string, string, string, string, RegExp]>([
    ['unknown', 'GET', '/nosuch', '404 not_found', /There is no route GET \/nosuch\. See \/openapi\.json/],
    [
      'with an unsupported method',
      'DELETE',
      '/things',
      '404 not_found',
      /There is no route DELETE \/things\./,
    ],
    ['that leads out of a folder', 'GET', '/..%2fpackage.json', '404 not_found', /See \/openapi\.json/],
    ['with an invalid % sequence', 'GET', '/things/%zz', '400 invalid_request', /write a literal % as %25/],
    [
      'with bytes that are not text',
      'GET',
      '/things/%ff',
      '400 invalid_request',
      /\/things\/%ff is not valid/,
    ],
    [
      'with a part that is too long',
      'GET',
      `/things/${'x'.repeat(257)}`,
      '400 invalid_request',
      /longer than 256 characters/,
    ],
  ])('%s', async (_what, method, path, code, message) => {
    expect(await refusal(method, path)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a name is decoded', async () => {
    expect((await send('GET', '/things/a%2F%00b')).body).toMatchObject({ data: { name: 'a/\0b' } });
  });

  test.each<[string, string, RegExp]>([
    ['data that is not HTTP', 'HELLO\r\n\r\n', /not a valid HTTP request/],
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      /the address and headers are too long/,
    ],
  ])('%s gets a response, and the connection is closed', async (_what, text, message) => {
    const answer = await rawAnswer(text);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(body)).toEqual({
      success: false,
      error: { code: 'invalid_request', message: expect.stringMatching(message) },
    });
  });
});

test('a failure of the service is a 500 without details', async () => {
  const { code, message } = await refusal('GET', '/things/broken');
  expect(code).toBe('500 internal_error');
  expect(message).toBe("The service failed unexpectedly. See the service's log for details.");
});

describe('health', () => {
  test('lists the checked parts', async () => {
    expect(await send('GET', '/health')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        details: {
          data: { status: 'up', folder: import.meta.dirname, files: expect.any(Number) },
          engine: { status: 'up', warm: true },
        },
      },
    });
  });

  test('a part that is down gives a 503 with the reason', async () => {
    broken = true;
    const answer = await send('GET', '/health');
    broken = false;
    expect(answer).toMatchObject({
      status: 503,
      body: { status: 'error', error: { engine: { status: 'down', message: 'The engine is cold.' } } },
    });
  });

  test('requests that come during a check get its result', async () => {
    const health = app.get(HealthController, { strict: false });
    const reply = { status: () => reply } as unknown as FastifyReply;
    const before = checks;
    const answers = await Promise.all([1, 2, 3].map(() => health.check({} as FastifyRequest, reply)));
    expect(answers).toEqual([{ status: 'ok' }, { status: 'ok' }, { status: 'ok' }]);
    expect(checks - before).toBe(1);
    await send('GET', '/health');
    expect(checks - before).toBe(2);
  });

  test.each([
    ['/dev/null', 'is not a folder (ENOTDIR). Put the folder back'],
    ['/nonexistent-folder', 'is missing (ENOENT). Put it back'],
  ])('a folder %s is reported as down, with advice', async (folder, problem) => {
    for (const use of ['read', 'write'] as const) {
      await expect(folderCheck('x', { setting: 'STATE_DIR', folder, use }).check()).rejects.toThrow(
        `The folder ${folder} (STATE_DIR) ${problem}, or set STATE_DIR to another folder and restart.`,
      );
    }
  });
});

test('/metrics counts responses by route and status, /openapi.json describes the routes', async () => {
  await send('GET', '/things/pin');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(
    /ktrdr_http_request_duration_seconds_count\{method="GET",route="\/things\/:name",status="200"\} [1-9]/,
  );
  const { body } = await send('GET', '/openapi.json');
  expect(body).toMatchObject({ info: { title: 'things', version: '1.2.3' } });
  expect(body).toHaveProperty('paths./things/{name}');
  expect(body).toHaveProperty(
    ['paths', '/things', 'post', 'responses', '415', 'content', 'application/json', 'schema', '$ref'],
    '#/components/schemas/ErrorResponse',
  );
  expect(body).toHaveProperty(['paths', '/things', 'post', 'responses', '201']);
  expect(body).toHaveProperty('components.schemas.ErrorBody.required', ['code', 'message']);
});

test('a compressed body is rejected', async () => {
  const answer = await fetch(`${url}/things`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: new Uint8Array(gzipSync('{"count":1}')),
  });
  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({
    error: {
      code: 'unsupported_media_type',
      message: 'Send the body uncompressed: content-encoding "gzip" is not supported.',
    },
  });
});

test('a service that stops answers until it closes its connections', async () => {
  const statuses: number[] = [];
  @Module({ imports: [ThingsModule] })
  class StoppingModule {
    async beforeApplicationShutdown(): Promise<void> {
      statuses.push((await fetch(`${await stopping.getUrl()}/things/pin`)).status);
    }
  }
  const description = { name: 'things', description: 'Things.', version: '1.2.3' };
  const listens = readListenSettings(new SettingsReader({}), 0);
  const stopping = await createService(StoppingModule, description, listens, false);
  await stopping.listen(0, '127.0.0.1');
  await stopping.close();
  expect(statuses).toEqual([200]);
});

/** All bytes that arrive until the connection closes. */
function rawAnswer(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.once('error', reject).once('close', () => resolve(answer));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
  });
}

test('no answer has a character that turns or hides what a person reads, and its value is the same', async () => {
  const name = 'safe\u202egpj.exe\u200b\u009b2J';
  const answer = await fetch(`${url}/things/${encodeURIComponent(name)}`);
  const text = await answer.text();
  expect(text).toMatch(/^[\u0020-\u007e]*$/);
  expect(JSON.parse(text)).toEqual({ success: true, data: { name } });
  const refused = await (await fetch(`${url}/things?${encodeURIComponent(name)}=1`)).text();
  expect(refused).toMatch(/^[\n\u0020-\u007e]*$/);
});
