import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { LookupAddress } from 'node:dns';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AddressPolicy } from './address-policy.js';
import { checkedLookup } from './checked-lookup.js';
import { OutboundClient, type OutboundClientOptions } from './outbound-client.js';

let server: Server;
let port: number;
let connections = 0;
/** Accepts connections, and says nothing. */
const silent = { server: createSocketServer((socket) => socket.resume()), port: 0 };

/** What the server does, by path. */
const ROUTES: Record<string, (response: ServerResponse) => void> = {
  '/ok': (response) => response.end('bars'),
  '/redirect': (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half of it', () => response.destroy());
  },
  '/cut-chunks': (response) => {
    response.write('a chunk', () => response.destroy());
  },
  '/reset': (response) => response.socket?.resetAndDestroy(),
  '/endless': (response) => {
    const more = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
    };
    more();
  },
  '/endless-error': (response) => {
    response.writeHead(500);
    ROUTES['/endless']?.(response);
  },
  '/silent': () => {},
  '/slow': (response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.once('close', () => clearInterval(timer));
  },
  '/open-ended': (response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhow much of it?');
  },
  '/gzip': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('..'),
  '/nonsense': (response) => response.socket?.end('I am no HTTP server\r\n\r\n'),
};

beforeAll(async () => {
  server = createServer((request, response) => ROUTES[request.url ?? '']?.(response));
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  silent.server.listen(0, '127.0.0.1');
  await once(silent.server, 'listening');
  silent.port = (silent.server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  for (const opened of [server, silent.server]) {
    opened.close();
    await once(opened, 'close');
  }
});

const LOCAL: OutboundClientOptions = {
  policy: new AddressPolicy(['127.0.0.1']),
  hosts: ['127.0.0.1', 'bars.example'],
};

async function get(
  path: string,
  options: Partial<OutboundClientOptions> & { host?: string; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const { host = `http://127.0.0.1:${port}`, timeoutMs = 60_000, signal, ...others } = options;
  const client = new OutboundClient({ ...LOCAL, ...others });
  try {
    const url = new URL(host + path);
    const { status, body } = await client.request({ url, timeoutMs, maxBytes: 1_000_000, signal });
    return `${status} ${body.toString()}`;
  } finally {
    client.close();
  }
}

const refusalOf = (path: string, options?: Parameters<typeof get>[1]): Promise<unknown> =>
  get(path, options).then(
    (response) => {
      throw new Error(`it was answered: ${response}`);
    },
    (error: unknown) => error,
  );

/** A resolver that gives one answer after the other, as in DNS rebinding. */
function answering(...answers: string[][]): () => Promise<LookupAddress[]> {
  return async () =>
    (answers.shift() ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

test('a whole response arrives', async () => {
  expect(await get('/ok')).toBe('200 bars');
});

test.each(['/ok', '/endless', '/slow', '/open-ended', '/gzip'])(
  'the status of %s is enough if no body is wanted',
  async (path) => {
    const client = new OutboundClient(LOCAL);
    const url = new URL(`http://127.0.0.1:${port}${path}`);
    expect(await client.request({ url, timeoutMs: 60_000, maxBytes: 0 })).toMatchObject({
      status: 200,
      body: Buffer.alloc(0),
    });
    client.close();
  },
);

describe('addresses', () => {
  test.each([
    ['http://127.0.0.1', 'The address 127.0.0.1 is loopback. Nothing was sent.'],
    // the URL parser knows all of these as 127.0.0.1
    ['http://2130706433', 'The address 127.0.0.1 is loopback. Nothing was sent.'],
    ['http://0x7f.1', 'The address 127.0.0.1 is loopback. Nothing was sent.'],
    ['http://[::1]', 'The address ::1 is loopback. Nothing was sent.'],
    ['http://[::ffff:127.0.0.1]', 'The address ::ffff:7f00:1 is IPv4-mapped. Nothing was sent.'],
    ['http://8.8.8.8', 'The address 8.8.8.8 is public: use https. Nothing was sent.'],
    ['ftp://127.0.0.1', 'The URL begins with ftp: instead of https:. Nothing was sent.'],
  ])('%s is refused as it stands', async (host, message) => {
    const before = connections;
    const hosts = ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '8.8.8.8'];
    const refused = refusalOf('/ok', {
      host: host.startsWith('ftp') ? host : `${host}:${port}`,
      policy: new AddressPolicy(),
      hosts,
    });
    expect(await refused).toMatchObject({ code: 'address_not_allowed', message });
    expect(connections).toBe(before);
  });

  test('a host that the operator did not name is refused', async () => {
    expect(await refusalOf('/ok', { hosts: ['api.example'] })).toMatchObject({
      code: 'address_not_allowed',
      message: 'The host 127.0.0.1 is not allowed. Allowed hosts: api.example. Nothing was sent.',
    });
  });

  test('a name with a private address is refused, even beside a public one', async () => {
    const before = connections;
    const resolve = answering(['8.8.8.8', '127.0.0.1']);
    const host = `https://bars.example:${port}`;
    expect(await refusalOf('/ok', { host, policy: new AddressPolicy(), resolve })).toMatchObject({
      code: 'address_not_allowed',
      message: 'bars.example resolves to 127.0.0.1, which is loopback. Nothing was sent.',
      details: { host: 'bars.example', address: '127.0.0.1' },
    });
    expect(connections).toBe(before);
  });

  test('a name that resolves to another address after a check is checked again (DNS rebinding)', async () => {
    // with the policy alone: first public, then this machine
    const policy = new AddressPolicy();
    const lookup = checkedLookup(
      (address) => policy.refusalOf(address),
      answering(['1.1.1.1'], ['127.0.0.1']),
    );
    const resolved = (): Promise<unknown> =>
      new Promise((done) => lookup('bars.example', { all: true }, (error, found) => done(error ?? found)));
    expect(await resolved()).toEqual([{ address: '1.1.1.1', family: 4 }]);
    expect(await resolved()).toMatchObject({ code: 'address_not_allowed' });

    // with connections: first an allowed address, then another one of this machine
    const client = new OutboundClient({ ...LOCAL, resolve: answering(['127.0.0.1'], ['127.0.0.2']) });
    const request = { url: new URL(`http://bars.example:${port}/ok`), timeoutMs: 60_000, maxBytes: 100 };
    expect((await client.request(request)).status).toBe(200);
    client.close();
    await expect(client.request(request)).rejects.toMatchObject({ code: 'address_not_allowed' });
  });

  test('plain HTTP to a public name is refused', async () => {
    const resolve = answering(['8.8.8.8']);
    expect(await refusalOf('/ok', { host: `http://bars.example:${port}`, resolve })).toMatchObject({
      message: 'bars.example resolves to 8.8.8.8, which is public: use https. Nothing was sent.',
    });
  });
});

describe('responses', () => {
  test('a redirect is not followed', async () => {
    expect(await get('/redirect')).toBe('302 ');
  });

  test.each([
    ['/cut', 'interrupted', /did not complete the response/],
    ['/cut-chunks', 'interrupted', /did not complete the response/],
    ['/reset', 'interrupted', /did not complete the response/],
    ['/nonsense', 'interrupted', /did not complete the response/],
    ['/endless', 'unusable', /larger than 1000000 bytes/],
    ['/open-ended', 'unusable', /has no length/],
    ['/gzip', 'unusable', /compressed \(gzip\), but the request allows no compression/],
  ])('%s: %s', async (path, reason, message) => {
    expect(await refusalOf(path)).toMatchObject({
      name: 'OutboundError',
      reason,
      message: expect.stringMatching(message),
    });
  });

  test('only the beginning of a large error is read', async () => {
    expect((await get('/endless-error')).length).toBeLessThan(1_000_000);
  });

  test.each(['/silent', '/slow', '/endless'])('%s ends at the time limit', async (path) => {
    const client = new OutboundClient(LOCAL);
    const url = new URL(`http://127.0.0.1:${port}${path}`);
    const request = client.request({ url, timeoutMs: 200, maxBytes: Infinity });
    await expect(request).rejects.toMatchObject({
      reason: 'timeout',
      message: /did not respond within 0.2 s/,
    });
    client.close();
  });

  test('a signal ends the request, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 50);
    expect(await refusalOf('/slow', { signal: controller.signal })).toBe(reason);
    expect(await refusalOf('/ok', { signal: controller.signal })).toBe(reason);
  });

  test('a closed port and an unknown name are no connection', async () => {
    expect(await refusalOf('/ok', { host: 'http://127.0.0.1:1' })).toMatchObject({
      reason: 'no_connection',
      message: /ECONNREFUSED/,
    });
    const resolve = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND bars.example'), { code: 'ENOTFOUND' }));
    expect(await refusalOf('/ok', { host: 'https://bars.example', resolve })).toMatchObject({
      reason: 'no_connection',
      message: 'no connection to bars.example (getaddrinfo ENOTFOUND bars.example)',
    });
  });

  test('a network that swallows everything is no connection, long before the time limit', async () => {
    const options = { resolve: () => new Promise<never>(() => {}), connectMs: 50 };
    expect(await refusalOf('/ok', { host: 'https://bars.example', ...options })).toMatchObject({
      reason: 'no_connection',
      message: 'no connection to bars.example (not connected within 0.05 s)',
    });
    // it connects, but speaks no TLS
    expect(
      await refusalOf('/silent', { host: `https://127.0.0.1:${silent.port}`, ...options }),
    ).toMatchObject({
      reason: 'no_connection',
    });
  });
});
