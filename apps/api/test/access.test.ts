import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  ApiResponse,
  AuditList,
  CallerInfo,
  CreatedToken,
  CreatedWebhook,
  OperationStarted,
  RevokedToken,
  TokenList,
  WebhookList,
  WebhookTest,
} from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { TOKEN_PATTERN } from '@ktrdr/contracts';
import {
  EventReader,
  ROOT,
  Sandbox,
  dataOf,
  until,
  type Answer,
  type TestService,
} from '@ktrdr/service-kit/testing';

/** One API from its first request without a token to revoked tokens. The tests run in this order. */
let sandbox: Sandbox;
let api: TestService;
const secrets: Record<string, string> = {};

beforeAll(async () => {
  sandbox = await Sandbox.create();
  api = await sandbox.startApi('api', { NOTIFY_PRIVATE_NETWORKS: '127.0.0.1' });
});

afterAll(() => sandbox.close());

/** `who`: a name in `secrets`, or a secret; `null` for no token. */
async function send<T = unknown>(who: string | null, line: string, body?: unknown): Promise<Answer<T>> {
  const [method = '', path = ''] = line.split(' ');
  const response = await fetch(api.url + path, {
    method,
    headers: {
      ...(who === null ? {} : { authorization: `Bearer ${secrets[who] ?? who}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as ApiResponse<T> };
}

/** Status, or the code of an error. */
async function outcome(...sent: Parameters<typeof send>): Promise<number | string> {
  const { status, body } = await send(...sent);
  return body.success ? status : body.error.code;
}

async function create(who: string | null, name: string, role: string): Promise<CreatedToken> {
  const created = dataOf(await send<CreatedToken>(who, 'POST /tokens', { name, role }));
  secrets[name] = created.token;
  return created;
}

/** Runs `npm start -- token ...` on the state of the API. */
async function beside(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const main = join(ROOT, 'apps/api/dist/main.js');
  const command = sandbox.spawn(process.execPath, [main, 'token', ...args], {
    STATE_DIR: sandbox.path('api-state'),
  });
  const { code } = await command.ended;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

const SHORT = { duration_seconds: 0.01, iterations: 2 };
const LONG = { duration_seconds: 60, iterations: 100 };

describe('without a token', () => {
  test('everyone on this machine may do everything', async () => {
    expect(dataOf(await send<CallerInfo>(null, 'GET /caller'))).toEqual({ name: 'local', role: 'admin' });
    expect(dataOf(await send<TokenList>(null, 'GET /tokens'))).toEqual({ tokens: [] });
    expect(await outcome(null, 'POST /dummy/start', SHORT)).toBe(200);
  });

  test.each([
    [{ name: 'first', role: 'read' }, 'invalid_request'],
    [{ name: 'first', role: 'operate' }, 'invalid_request'],
    [{ name: 'first', role: 'root' }, 'invalid_request'],
    [{ name: 'first' }, 'invalid_request'],
    [{ role: 'admin' }, 'invalid_request'],
    [{ name: '', role: 'admin' }, 'invalid_name'],
    [{ name: '../x', role: 'admin' }, 'invalid_name'],
    [{ name: 'local', role: 'admin' }, 'invalid_name'],
    [{ name: 'Local', role: 'admin' }, 'invalid_name'],
    [{ name: '0123456789ab', role: 'admin' }, 'invalid_name'],
    [{ name: 'a'.repeat(65), role: 'admin' }, 'invalid_request'],
    [{ name: 'first', role: 'admin', token: 'mine' }, 'invalid_request'],
  ])('the first token cannot be %j', async (request, code) => {
    expect(await outcome(null, 'POST /tokens', request)).toBe(code);
    expect(dataOf(await send<TokenList>(null, 'GET /tokens')).tokens).toEqual([]);
  });
});

describe('the first token', () => {
  test('is shown once, and every request needs a token at once', async () => {
    const created = await create(null, 'alice', 'admin');
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      name: 'alice',
      role: 'admin',
      created_at: expect.stringMatching(/^20.*Z$/),
      created_by: 'local',
      token: expect.stringMatching(TOKEN_PATTERN),
    });
    for (const line of ['GET /operations', 'GET /caller', 'GET /nothing', 'POST /dummy/start'])
      expect(await outcome(null, line)).toBe('unauthenticated');
    expect(dataOf(await send<CallerInfo>('alice', 'GET /caller'))).toEqual({ name: 'alice', role: 'admin' });
    const { token: _secret, ...listed } = created;
    expect(dataOf(await send<TokenList>('alice', 'GET /tokens'))).toEqual({ tokens: [listed] });
  });

  test('creates others, each with a name of its own', async () => {
    await create('alice', 'bob', 'operate');
    await create('alice', 'carol', 'read');
    expect(await outcome('alice', 'POST /tokens', { name: 'bob', role: 'read' })).toBe('token_exists');
    expect(await outcome('bob', 'POST /tokens', { name: 'mallory', role: 'admin' })).toBe('forbidden');
    expect(await outcome('carol', 'GET /tokens')).toBe('forbidden');
  });
});

test('a secret that differs in one character is refused', async () => {
  const secret = secrets['alice']!;
  for (let at = 0; at < secret.length; at++) {
    const other = secret[at] === 'a' ? 'b' : 'a';
    expect(await outcome(secret.slice(0, at) + other + secret.slice(at + 1), 'GET /caller')).toBe(
      'unauthenticated',
    );
  }
  // the id of one token with the secret of another
  const mixed = secret.slice(0, 18) + secrets['bob']!.slice(18);
  for (const wrong of [mixed, `${secret}a`, secret.slice(0, -1), secret.toUpperCase()])
    expect(await outcome(wrong, 'GET /caller')).toBe('unauthenticated');
});

test('each role may do what it includes', async () => {
  const started = dataOf(await send<OperationStarted>('bob', 'POST /dummy/start', LONG)).operation_id;
  const lines = [
    'GET /operations',
    `GET /operations/${started}/history`,
    'GET /metrics-of-nobody',
    'GET /hosts',
    'POST /dummy/start',
    'DELETE /models/none/1h_v1',
    'GET /strategies/none',
    `DELETE /strategies/none?revision=${'0'.repeat(64)}`,
    'DELETE /operations?older_than_days=10000',
    'GET /audit',
  ];
  const NONE = 'strategy_not_found';
  const table: Record<string, (number | string)[]> = {};
  for (const who of ['carol', 'bob', 'alice']) {
    table[who] = [];
    for (const line of lines)
      table[who].push(await outcome(who, line, line.startsWith('POST') ? SHORT : undefined));
  }
  expect(table).toEqual({
    carol: [
      200,
      200,
      'not_found',
      200,
      'forbidden',
      'forbidden',
      NONE,
      'forbidden',
      'forbidden',
      'forbidden',
    ],
    bob: [200, 200, 'not_found', 200, 200, 'model_not_found', NONE, NONE, 'forbidden', 'forbidden'],
    alice: [200, 200, 'not_found', 200, 200, 'model_not_found', NONE, NONE, 200, 200],
  });
  expect(await outcome('carol', `POST /operations/${started}/cancel`, {})).toBe('forbidden');
  expect(await outcome('bob', `POST /operations/${started}/cancel`, {})).toBe(200);
});

describe('webhooks', () => {
  const page = readFileSync(join(ROOT, 'docs/notifications.md'), 'utf8');
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';
  let secret: string;
  let url: string;

  test('are not for a role that only reads, and the secret is shown once', async () => {
    url = `http://127.0.0.1:${await freePort()}/hook`;
    const body = { url, on: ['completed'] };
    expect(await outcome('carol', 'GET /notifications')).toBe('forbidden');
    expect(await outcome('carol', 'POST /notifications', body)).toBe('forbidden');
    expect(await outcome('bob', 'POST /notifications', { url, on: ['started'] })).toBe('invalid_request');
    expect(await outcome('bob', 'POST /notifications', { ...body, url: 'https://10.0.0.1' })).toBe(
      'address_not_allowed',
    );
    const { secret: shown, ...created } = dataOf(
      await send<CreatedWebhook>('bob', 'POST /notifications', body),
    );
    secret = shown;
    const { webhooks } = dataOf(await send<WebhookList>('bob', 'GET /notifications'));
    expect(webhooks).toEqual([created]);
  });

  test('reach the receiver in the documentation when an operation ends, and it refuses unsigned messages', async () => {
    const { webhooks } = dataOf(await send<WebhookList>('bob', 'GET /notifications'));
    const { id } = webhooks[0]!;
    const test = async () => dataOf(await send<WebhookTest>('bob', `POST /notifications/${id}/test`));
    expect(await test()).toMatchObject({
      delivered: false,
      status: null,
      problem: expect.stringContaining('ECONNREFUSED'),
    });
    const file = sandbox.path('receiver.mjs');
    writeFileSync(file, block('js'));
    const { port } = new URL(url);
    const receiver = sandbox.spawn(process.execPath, [file], { WEBHOOK_SECRET: secret, PORT: port });
    await until('the receiver gets a test', test, ({ delivered }) => delivered);
    dataOf(await send<OperationStarted>('bob', 'POST /dummy/start', SHORT));
    await until(
      'the receiver hears of the end',
      async () => receiver.stdout,
      (said) => said.includes(`completed ${id}_1`),
    );
    const headers = { 'ktrdr-timestamp': '1767605400', 'ktrdr-signature': `v1=${'0'.repeat(64)}` };
    expect((await fetch(url, { method: 'POST', body: block('json'), headers })).status).toBe(401);
    receiver.kill('SIGTERM');
    await receiver.ended;
  });

  test('are removed, and the audit log has who did so but no secret', async () => {
    // the receiver has the message before the API has stored that it was delivered
    const { webhooks } = await until(
      'the delivery is stored',
      async () => dataOf(await send<WebhookList>('bob', 'GET /notifications')),
      ({ webhooks: [first] }) => first?.last_delivery?.outcome === 'delivered' && first.waiting === 0,
    );
    const { id } = webhooks[0]!;
    expect(await outcome('bob', `DELETE /notifications/${id}`)).toBe(200);
    expect(await outcome('bob', `DELETE /notifications/${id}`)).toBe('notification_not_found');
    const { entries } = dataOf(await send<AuditList>('alice', 'GET /audit?caller=bob&limit=1000'));
    const target = `${id} (${new URL(url).host})`;
    for (const action of ['create_webhook', 'delete_webhook'])
      expect(entries).toContainEqual(expect.objectContaining({ action, target, outcome: 'done' }));
    expect(entries).toContainEqual(expect.objectContaining({ action: 'test_webhook', target: id }));
    expect(JSON.stringify(entries)).not.toContain(secret);
    expect(api.output).not.toContain(secret);
  });
});

test('health shows folders and addresses only to callers who may read', async () => {
  const text = async (headers = {}) => (await fetch(`${api.url}/health`, { headers })).text();
  expect(await text()).toBe('{"status":"ok"}');
  expect(await text({ authorization: `Bearer ${secrets['carol']}` })).toContain(sandbox.dataDir);
  const live = await fetch(`${api.url}/live`);
  expect([live.status, await live.text()]).toEqual([200, '']);
  for (const path of ['/metrics', '/hosts', '/openapi.json'])
    expect((await fetch(api.url + path)).status).toBe(401);
});

describe('a browser', () => {
  /** Sends a request as a page of `origin` with a cookie. */
  const from = (
    origin: string,
    line: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Response> => {
    const [method = '', path = ''] = line.split(' ');
    const site =
      origin === api.url ? 'same-origin' : origin.includes('127.0.0.1') ? 'same-site' : 'cross-site';
    return fetch(api.url + path, {
      method,
      headers: {
        'sec-fetch-site': site,
        ...(method === 'GET' ? {} : { origin }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  };
  const codeOf = async (response: Response): Promise<number | string> => {
    const answer = (await response.json()) as ApiResponse<unknown>;
    return answer.success ? response.status : answer.error.code;
  };
  const logIn = async (name: string): Promise<string> => {
    const response = await from(api.url, 'POST /session', { body: { token: secrets[name] } });
    expect([response.status, ((await response.json()) as { data: CallerInfo }).data.name]).toEqual([
      200,
      name,
    ]);
    return response.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  };

  test('logs in with a token, and its cookie counts for pages of this API only', async () => {
    const cookie = await logIn('bob');
    const { port } = new URL(api.url);
    expect(cookie).toBe(`ktrdr_session_${port}=${secrets['bob']}`);
    const own = await from(api.url, 'GET /caller', { headers: { cookie } });
    expect(((await own.json()) as { data: CallerInfo }).data).toEqual({ name: 'bob', role: 'operate' });
    const start = { headers: { cookie }, body: SHORT };
    expect(await codeOf(await from(api.url, 'POST /dummy/start', start))).toBe(200);
    for (const origin of ['http://127.0.0.1:3000', 'https://evil.example', 'null'])
      expect(await codeOf(await from(origin, 'POST /dummy/start', start))).toBe('origin_not_allowed');
    for (const origin of ['http://127.0.0.1:3000', 'https://evil.example'])
      expect(await codeOf(await from(origin, 'GET /operations', { headers: { cookie } }))).toBe(
        'unauthenticated',
      );
    // a browser without Sec-Fetch-Site names the origin
    const foreign = await fetch(`${api.url}/operations`, {
      headers: { cookie, origin: 'http://127.0.0.1:3000' },
    });
    expect(await codeOf(foreign)).toBe('unauthenticated');
    // the cookie of another API on this host
    const other = { headers: { cookie: cookie.replace(port, String(Number(port) + 1)) } };
    expect(await codeOf(await from(api.url, 'GET /caller', other))).toBe('unauthenticated');
  });

  test('that sends an Authorization header too is the caller of the header', async () => {
    const cookie = await logIn('bob');
    const both = (token: string) => ({ headers: { cookie, authorization: `Bearer ${token}` } });
    const reader = await from(api.url, 'GET /caller', both(secrets['carol']!));
    expect(((await reader.json()) as { data: CallerInfo }).data.name).toBe('carol');
    expect(await codeOf(await from(api.url, 'GET /caller', both('wrong')))).toBe('unauthenticated');
  });

  test('cannot log in from another origin, or with a token that is not valid', async () => {
    const body = { token: secrets['bob'] };
    for (const origin of ['http://127.0.0.1:3000', 'https://evil.example']) {
      const response = await from(origin, 'POST /session', { body });
      expect([await codeOf(response), response.headers.get('set-cookie')]).toEqual([
        'origin_not_allowed',
        null,
      ]);
    }
    for (const token of ['wrong', `${secrets['bob']}a`, secrets['bob']!.toUpperCase()]) {
      const response = await from(api.url, 'POST /session', { body: { token } });
      expect([await codeOf(response), response.headers.get('set-cookie')]).toEqual(['unauthenticated', null]);
    }
    for (const bad of [{}, { token: '' }, { token: 7 }, { token: 'x'.repeat(513) }])
      expect(await codeOf(await from(api.url, 'POST /session', { body: bad }))).toBe('invalid_request');
    // strangers may send it, so it is small
    const large = await from(api.url, 'POST /session', { body: { token: 'x'.repeat(5_000) } });
    expect(await large.json()).toMatchObject({
      error: { code: 'payload_too_large', message: expect.stringContaining('4,096 bytes') },
    });
  });

  test('logs out: the cookie goes, and the token stays valid', async () => {
    const cookie = await logIn('bob');
    const response = await from(api.url, 'DELETE /session', { headers: { cookie } });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(/^ktrdr_session_\d+=; Path=\/; Max-Age=0; HttpOnly; /);
    expect(await outcome('bob', 'GET /caller')).toBe(200);
    expect(await codeOf(await from(api.url, 'DELETE /session'))).toBe('unauthenticated');
    expect(await codeOf(await from('https://evil.example', 'DELETE /session', { headers: { cookie } }))).toBe(
      'origin_not_allowed',
    );
  });

  test('whose token is revoked while its page is open gets nothing more, and its streams end', async () => {
    await create('alice', 'frank', 'operate');
    const cookie = await logIn('frank');
    const stream = await EventReader.open(`${api.url}/operations/events`, { cookie });
    expect(await outcome('alice', 'DELETE /tokens/frank')).toBe(200);
    await stream.ended;
    expect(await codeOf(await from(api.url, 'GET /operations', { headers: { cookie } }))).toBe(
      'unauthenticated',
    );
  });

  test('and the audit log tells who logged in and out', async () => {
    const { entries } = dataOf(await send<AuditList>('alice', 'GET /audit?limit=200'));
    const told = entries
      .filter(({ action }) => action === 'login' || action === 'logout')
      .map(({ action, caller, target, outcome: end }) => [action, caller, target, end].join(' '));
    expect(told).toContain('login bob bob done');
    expect(told).toContain('logout bob bob done');
    expect(JSON.stringify(entries)).not.toContain(secrets['bob']!.slice(20));
  });
});

describe('a token that another process changes', () => {
  test('counts within two seconds, and its secret is all that stdout gets', async () => {
    const { code, stdout, stderr } = await beside('create', '--role', 'operate', '--name', 'dave');
    expect(code).toBe(0);
    secrets['dave'] = stdout.trim();
    expect(stdout.trim()).toMatch(TOKEN_PATTERN);
    expect(stderr).toMatch(
      /^Token dave \(operate, id [0-9a-f]{12}\)\. It is shown only now:\n.*ktrdr login\n$/,
    );
    const known = () => outcome('dave', 'GET /caller');
    await until('the token is known', known, (result) => result === 200);
    expect((await beside('list')).stdout).toMatch(/^[0-9a-f]{12} {2}operate {2}dave {2}20\S+ by local$/m);
  });

  test('is refused within two seconds of its revocation, and its event streams end', async () => {
    const { operation_id: id } = dataOf(await send<OperationStarted>('alice', 'POST /dummy/start', LONG));
    const headers = { authorization: `Bearer ${secrets['dave']}` };
    const streams = await Promise.all(
      [`/operations/${id}/events`, '/operations/events'].map((path) =>
        EventReader.open(api.url + path, headers),
      ),
    );
    expect(await beside('revoke', 'dave')).toMatchObject({ code: 0, stderr: '' });
    const revokedAt = performance.now();
    await until(
      'the token is refused',
      () => outcome('dave', 'GET /caller'),
      (result) => result !== 200,
    );
    const withinMs = performance.now() - revokedAt;
    await Promise.all(streams.map(({ ended }) => ended));
    expect(await outcome('dave', 'GET /caller')).toBe('unauthenticated');
    // the service promises two seconds; a machine that does other work may be late
    expect(withinMs).toBeLessThan(10_000);
    await send('alice', `POST /operations/${id}/cancel`, { force: true });
  });

  test('that is wrong is refused with one line', async () => {
    const refusals: [string[], number, RegExp][] = [
      [['create', '--role', 'root', '--name', 'x'], 2, /^Usage:/],
      [['create', '--role', 'read', '--name', 'x', '--token', 'mine'], 2, /^Usage:/],
      [['create', '--role', 'read', '--name', 'alice'], 1, /^There is a token named alice\. .*\n$/],
      [['create', '--role', 'read', '--name', '../x'], 1, /^"\.\.\/x" is not a token name: .*\n$/],
      [['revoke', 'nobody'], 1, /^There is no token with the id or name "nobody"\. .*\n$/],
      [[], 2, /^Usage:/],
    ];
    const ends = await Promise.all(refusals.map(([args]) => beside(...args)));
    expect(ends).toEqual(
      refusals.map(([, code, message]) => ({ code, stdout: '', stderr: expect.stringMatching(message) })),
    );
  });
});

describe('the audit log', () => {
  const list = async (query = '') => dataOf(await send<AuditList>('alice', `GET /audit?limit=1000${query}`));

  test('has who did what from where, and how it ended', async () => {
    const { operation_id: id } = dataOf(await send<OperationStarted>('bob', 'POST /dummy/start', LONG));
    await send('bob', `POST /operations/${id}/cancel`, {});
    await until(
      'the operation has ended',
      async () => (await send<{ status: string }>('bob', `GET /operations/${id}`)).body,
      (body) => body.success && body.data.status === 'cancelled',
    );
    await send('bob', `POST /operations/${id}/retry`);
    await send('bob', `POST /operations/${id}/cancel`, { force: true });
    await send('bob', `POST /operations/${id}/resume`);
    await send('bob', 'POST /data/sample', {
      symbol: 'AAPL',
      timeframe: '1d',
      start_date: '2024-01-01',
      end_date: '2024-02-01',
    });
    await send('bob', 'DELETE /data?symbol=AAPL&timeframe=1d');
    await send('bob', 'DELETE /data?symbol=BTC%2FUSDT&timeframe=1d');
    await send('bob', 'PUT /data/profiles/mine', { adjust: 'ratio' });
    await send('bob', 'DELETE /models/none/1h_v1');
    await send('bob', 'POST /dummy/start', { iterations: -1 });
    await send('alice', 'DELETE /operations?older_than_days=9999');
    const { entries } = await list('&caller=bob');
    const told = entries.map(({ action, target, outcome: end, code }) => [action, target, end, code]);
    expect(told.toReversed().slice(-11)).toEqual([
      ['start', id, 'done', null],
      ['cancel', id, 'done', null],
      ['retry', id, 'done', null],
      ['cancel', id, 'done', null],
      ['resume', id, 'failed', 'not_resumable'],
      ['import', 'AAPL_1d.csv', 'done', null],
      ['delete', 'AAPL 1d', 'done', null],
      ['delete', '/data?symbol=BTC%2FUSDT&timeframe=1d', 'failed', 'bars_not_found'],
      ['import', 'profile mine', 'done', null],
      ['delete', '/models/none/1h_v1', 'failed', 'model_not_found'],
      ['start', '/dummy/start', 'failed', 'invalid_request'],
    ]);
    const tokens = dataOf(await send<TokenList>('alice', 'GET /tokens')).tokens;
    expect(entries[0]).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^20.*Z$/),
      caller: 'bob',
      token_id: tokens.find(({ name }) => name === 'bob')?.id,
      action: 'start',
      target: '/dummy/start',
      address: '127.0.0.1',
      outcome: 'failed',
      status: 400,
      code: 'invalid_request',
      count: 1,
    });
    const pruned = await list('&action=delete&outcome=done');
    expect(pruned.entries[0]).toMatchObject({ caller: 'alice', target: '/operations?older_than_days=9999' });
  });

  test('has token changes, also those made beside the service, and no secret', async () => {
    const { entries } = await list('&action=create_token&outcome=done');
    const told = entries.map(({ caller, target, address }) => [caller, target.split(' ')[0], address]);
    expect(told).toEqual([
      ['local', 'dave', 'this machine'],
      ['alice', 'frank', '127.0.0.1'],
      ['alice', 'carol', '127.0.0.1'],
      ['alice', 'bob', '127.0.0.1'],
      ['local', 'alice', '127.0.0.1'],
    ]);
    expect((await list('&action=revoke_token')).entries).toMatchObject([
      { caller: 'local', target: expect.stringMatching(/^dave \(operate, /), outcome: 'done' },
      { caller: 'alice', target: expect.stringMatching(/^frank \(operate, /), outcome: 'done' },
    ]);
    await send('alice', `DELETE /tokens/${secrets['bob']}`);
    const all = JSON.stringify(await list());
    for (const secret of Object.values(secrets)) expect(all).not.toContain(secret.slice(18));
  });

  test('has refused requests, but a flood of them leaves only a few entries', async () => {
    const refusals = async () => (await list('&outcome=refused')).total_count;
    const before = await refusals();
    for (let at = 0; at < 200; at++) await send(null, `GET /operations/flood-${at}`);
    expect((await refusals()) - before).toBeLessThanOrEqual(1);
    expect((await list('&outcome=refused&action=cancel')).entries[0]).toMatchObject({
      caller: 'carol',
      code: 'forbidden',
      status: 403,
      target: expect.stringMatching(/^POST \/operations\/op_dummy_.*\/cancel$/),
    });
    expect((await list('&outcome=refused&action=create_token')).entries[0]).toMatchObject({
      caller: 'bob',
      target: 'POST /tokens',
    });
  });

  test('knows the address of a client that left before its answer', async () => {
    const starts = async () => list('&action=start&outcome=done');
    const before = (await starts()).total_count;
    const { port } = new URL(api.url);
    const request = `POST /dummy/start HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${secrets['alice']}\r\n\r\n`;
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request, () => socket.destroy()));
    await until('the start is recorded', starts, ({ total_count }) => total_count > before);
    expect((await starts()).entries[0]).toMatchObject({ caller: 'alice', address: '127.0.0.1' });
  });

  test.each([
    '&caller=',
    '&action=dance',
    '&outcome=maybe',
    '&offset=-1',
    '&limit=0',
    '&caller=a&caller=b',
    '&what=x',
  ])('refuses the query %s', async (query) => {
    expect(await outcome('alice', `GET /audit?${query.slice(1)}`)).toBe('invalid_request');
  });
});

test('what only resembles a token opens no route', async () => {
  const secret = secrets['alice']!;
  const described = await fetch(`${api.url}/openapi.json`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  const { paths } = (await described.json()) as { paths: Record<string, Record<string, unknown>> };
  const lines = Object.entries(paths).flatMap(([path, routes]) =>
    Object.keys(routes).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
  );
  expect(lines.length).toBeGreaterThan(30);
  const alike = [
    `Bearer x${secret}`,
    `Bearer ${secret}.example`,
    `Bearer ${secret},${secret}`,
    `Bearer alice`,
    `Bearer ${createHash('sha256').update(secret).digest('hex')}`,
    `Basic ${Buffer.from(`alice:${secret}`).toString('base64')}`,
    `Delivery ${secret}`,
  ];
  const opened: string[] = [];
  for (const [method, path] of lines)
    for (const authorization of alike) {
      const answer = await fetch(api.url + path, { method, headers: { authorization } });
      await answer.arrayBuffer();
      // liveness, the short health and the login (which needs a body) are for everyone; a delivery that does not exist is not found
      const expected =
        path === '/health' || path === '/live'
          ? 200
          : path === '/session' && method === 'POST'
            ? 400
            : path.startsWith('/trainings/x') && path !== '/trainings/x/request'
              ? 404
              : 401;
      if (answer.status !== expected)
        opened.push(`${method} ${path} ${authorization.slice(0, 9)}: ${answer.status}`);
    }
  expect(opened).toEqual([]);
});

test('the last admin token can be revoked; the service then stays locked until a new one is created beside it', async () => {
  for (const name of ['bob', 'carol']) {
    const revoked = dataOf(await send<RevokedToken>('alice', `DELETE /tokens/${name}`));
    expect(revoked).toMatchObject({ name, revoked_at: expect.stringMatching(/^20.*Z$/) });
    expect(await outcome(name, 'GET /caller')).toBe('unauthenticated');
  }
  expect(await outcome('alice', 'DELETE /tokens/bob')).toBe('token_not_found');
  const { tokens } = dataOf(await send<TokenList>('alice', 'GET /tokens'));
  expect(await outcome('alice', `DELETE /tokens/${tokens[0]!.id}`)).toBe(200);
  for (const who of [null, 'alice']) expect(await outcome(who, 'GET /caller')).toBe('unauthenticated');
  const { stdout } = await beside('create', '--role', 'admin', '--name', 'alice');
  const secret = stdout.trim();
  await until(
    'the token is known',
    () => outcome(secret, 'GET /caller'),
    (result) => result === 200,
  );
});
