import 'reflect-metadata';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MemoryOperationStore } from '@ktrdr/orchestrator';
import {
  AccessModule,
  HealthModule,
  MetricsModule,
  OrchestratorModule,
  SettingsReader,
  createService,
  readListenSettings,
  unauthenticated,
} from '@ktrdr/service-kit';
import { Controller, Get, Module } from '@nestjs/common';
import { PageModule } from './page.module.js';

const INDEX = '<!doctype html><title>page</title>';
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))})`;
const NOT_FOUND = '<!doctype html><ul>%LINKS%</ul>';
const FILES: Record<string, string | Uint8Array> = {
  'page/index.html': INDEX,
  'page/not-found.html': NOT_FOUND,
  'page/favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'page/assets/main-a1b2.js': SCRIPT,
  'page/assets/main-a1b2.js.br': brotliCompressSync(SCRIPT),
  'page/assets/main-a1b2.js.gz': gzipSync(SCRIPT),
  'docs/index.html': '<h1>Documentation</h1>',
  'docs/data/index.html': '<h1>Own data</h1>',
  'docs/verdict/index.html': '<h1>Verdict</h1>',
  'docs/search.json': '{}',
  'secret.txt': 'secret',
};

/** Routes of the API at addresses that the page has too. */
@Controller()
class OperationsController {
  @Get(['operations', 'operations/events', 'operations/:id', 'data/export'])
  get(): object {
    return {};
  }
}

/** Nobody has a token. */
@Module({
  controllers: [OperationsController],
  imports: [
    AccessModule.forRoot({
      useFactory: () => ({
        authenticate(): never {
          throw unauthenticated('This request needs an access token.');
        },
      }),
    }),
    OrchestratorModule.forRoot({ store: new MemoryOperationStore() }),
    MetricsModule,
    HealthModule.register({ useFactory: () => [] }),
  ],
})
class LockedModule {}

async function start(dist: string): Promise<{ app: Awaited<ReturnType<typeof createService>>; url: string }> {
  // one read in ten seconds: files must not use it up
  const settings = readListenSettings(new SettingsReader({ RATE_LIMIT_READS: '1' }), 0);
  const app = await createService(
    { module: LockedModule, imports: [PageModule.forRoot(dist)] },
    { name: 'page', description: 'A page.', version: '1.2.3' },
    settings,
    false,
  );
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

let folder: string;
let app: Awaited<ReturnType<typeof createService>>;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-page-'));
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await symlink(join(folder, 'secret.txt'), join(folder, 'page/assets/link.txt'));
  ({ app, url } = await start(folder));
});
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url + path, { redirect: 'manual', ...init });

describe('the page', () => {
  test.each([
    ['/', 200],
    ['/app/operations', 200],
    ['/app/operations/', 200],
    ['/app/models/a%2fb/1h_v1?tab=trades', 200],
    ['/app/../app/hosts', 200],
    // the page says that there is nothing
    ['/app/nowhere', 404],
    ['/app/models/pattern', 404],
    ['/app/operations/op_1/x', 404],
  ])('%s is the page, for everyone, with status %i', async (path, status) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([status, INDEX]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  test.each(['/app', '/app/'])('%s leads to its first address', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
  });

  test('and its files run nothing but its own scripts, and load nothing from elsewhere', async () => {
    for (const path of ['/', '/app/x', '/assets/main-a1b2.js', '/favicon.svg', '/docs/']) {
      const policy = (await get(path)).headers.get('content-security-policy') ?? '';
      const directives = new Map(policy.split('; ').map((part) => [part.split(' ', 1)[0], part]));
      expect(directives.get('default-src')).toBe("default-src 'none'");
      for (const name of ['script-src', 'style-src', 'connect-src', 'font-src'])
        expect(directives.get(name)).toBe(`${name} 'self'`);
      for (const name of ['frame-ancestors', 'base-uri', 'form-action'])
        expect(directives.get(name)).toBe(`${name} 'none'`);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
    }
  });

  test('answers HEAD with the headers alone', async () => {
    const answer = await get('/assets/main-a1b2.js', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  test('is not changed by a request', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await get('/assets/main-a1b2.js', { method })).status).toBe(401);
  });
});

/** What Chromium sends for an address that its user has typed. */
const TYPED =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

describe('an address without /app', () => {
  test.each([
    '/operations',
    '/operations?status=failed&search=a%20b',
    '/operations/op_1',
    '/models/a%2fb/1h_v1',
    '/data/AAPL/1h',
    '/data/import',
    '/access',
  ])('%s redirects a browser to the page, and gives other clients the answer of the API', async (path) => {
    const typed = await get(path, { headers: { accept: TYPED } });
    expect([typed.status, typed.headers.get('location')]).toEqual([302, `/app${path}`]);
    expect(typed.headers.get('vary')).toMatch(/(^|, )accept$/);
    for (const accept of ['*/*', 'application/json', 'application/json, text/html', 'text/event-stream'])
      expect((await get(path, { headers: { accept } })).status).toBe(401);
  });

  test('that is also a route of the API names the Accept header in Vary', async () => {
    for (const path of ['/operations', '/operations/op_1'])
      expect((await get(path)).headers.get('vary')).toMatch(/(^|, )accept$/);
  });

  test.each(['/operations/events', '/data/export', '/live'])(
    '%s, which the page does not have, is a route of the API in a browser too',
    async (path) => {
      const typed = await get(path, { headers: { accept: TYPED } });
      expect([typed.status, typed.headers.get('vary')]).toEqual([path === '/live' ? 200 : 401, null]);
    },
  );
});

describe('an address that is missing', () => {
  test.each([
    ['/modelz', ['/app/models']],
    ['/app2', []],
    ['/modelz/pattern/1h_v1', ['/app/models']],
    [`//modelz${'/'.repeat(10_000)}`, ['/app/models']],
    ['/OPERATION', ['/app/operations']],
    ['/data/AAPL', ['/app/data', '/docs/data/']],
    ['/verdict', ['/docs/verdict/']],
    ['/docs/verdikt', ['/docs/verdict/']],
    ['/docs/models/', []],
    ['/docs/nope', []],
    ['/assets/nothing.js', []],
    ['/not-found.html', []],
    [`/${'m'.repeat(5_000)}`, []],
    ['/%25LINKS%25', []],
    ['/"><script>', []],
  ])(
    '%s is a page with the nearest links for a browser, and an error for other clients',
    async (path, near) => {
      const typed = await get(path, { headers: { accept: TYPED } });
      expect(typed.status).toBe(404);
      expect(Object.fromEntries(typed.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cache-control': 'no-cache',
        vary: expect.stringMatching(/(^|, )accept$/),
      });
      const html = await typed.text();
      expect([...html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address)).toEqual([
        ...near,
        '/',
        '/docs/',
      ]);
      expect(html).not.toMatch(/LINKS|script/);
      const other = await get(path, { headers: { accept: 'application/json' } });
      expect([401, 404]).toContain(other.status);
      expect(await other.json()).toMatchObject({ error: { code: expect.stringMatching(/./) } });
    },
  );

  test('is no page for anything but reading it', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await get('/modelz', { method, headers: { accept: TYPED } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        401,
        'application/json; charset=utf-8',
      ]);
    }
  });
});

describe('a file of the page', () => {
  test('with a hash in its name is kept for a year', async () => {
    const answer = await get('/assets/main-a1b2.js');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await answer.text()).toBe(SCRIPT);
  });

  test('without one is revalidated, and is not sent again while it is unchanged', async () => {
    const first = await get('/favicon.svg');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get('/favicon.svg', { headers: { 'if-none-match': tag } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await get('/favicon.svg', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test.each<[string, string | undefined, (body: Buffer) => string]>([
    ['br', 'br', (body) => brotliDecompressSync(body).toString()],
    ['gzip, deflate, br;q=0.5', 'br', (body) => brotliDecompressSync(body).toString()],
    ['br;q=0, gzip', 'gzip', (body) => gunzipSync(body).toString()],
    ['identity', undefined, String],
  ])('for accept-encoding %s comes as %s', async (accepted, encoding, read) => {
    // fetch would decompress it
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(
      `GET /assets/main-a1b2.js HTTP/1.1\r\nhost: localhost:${port}\r\naccept-encoding: ${accepted}\r\nconnection: close\r\n\r\n`,
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const head = answer.subarray(0, end).toString().toLowerCase();
    expect(/\r\ncontent-encoding: (.*)/.exec(head)?.[1]).toBe(encoding);
    expect(head).toContain('\r\nvary: accept-encoding');
    expect(head).toContain(encoding === undefined ? '"' : `-${encoding}"`);
    expect(read(answer.subarray(end + 4))).toBe(SCRIPT);
  });

  test.each([
    '/assets/nothing.js',
    '/assets/',
    '/assets',
    '/assets/main-a1b2.js.br',
    '/assets/link.txt',
    '/assets/../index.html',
    '/assets/..%2findex.html',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/%00',
    '/assets//main-a1b2.js',
    '/assets/__proto__',
    '/docs/../secret.txt',
    '/docs/..%2fsecret.txt',
    '/docs/..%2f..%2fsecret.txt',
    '/docs//data/',
    '/docs/nothing',
  ])('%s: there is none', async (path) => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    // fetch would normalise the path
    socket.end(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 (404|401) /);
    expect(answer).toMatch(/"code":"(not_found|unauthenticated)"/);
    expect(answer).not.toMatch(/secret"|<!doctype/);
  });
});

describe('the documentation', () => {
  test.each([
    ['/docs/', 200, '<h1>Documentation</h1>'],
    ['/docs/data/', 200, '<h1>Own data</h1>'],
    ['/docs/search.json', 200, '{}'],
  ])('%s', async (path, status, content) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([status, content]);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  test.each([
    ['/docs', '/docs/'],
    ['/docs/data', '/docs/data/'],
  ])('%s leads to %s', async (path, location) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([301, location]);
  });
});

test('a host that is not this service gets nothing', async () => {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 [^]*host_not_allowed/);
});

test('files use up no budget of requests, and everything else still does', async () => {
  for (let number = 0; number < 30; number++) expect((await get('/favicon.svg')).status).toBe(200);
  const statuses: number[] = [];
  for (let number = 0; number < 30; number++) statuses.push((await get('/live')).status);
  expect(statuses).toContain(429);
  expect((await get('/')).status).toBe(200);
});

test('a build without a page says so', async () => {
  const empty = await start(join(folder, 'nothing'));
  try {
    for (const path of ['/', '/app/operations', '/docs/']) {
      const answer = await fetch(empty.url + path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
      expect(await answer.text()).toBe(
        'This build of the API has no web page. Build all packages to add it: npm run build\n',
      );
    }
    expect((await fetch(`${empty.url}/assets/main.js`)).status).toBe(404);
  } finally {
    await empty.app.close();
  }
});
