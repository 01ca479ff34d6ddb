import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiClient } from '../src/api-client.js';
import { WireServer } from './wire-server.js';

describe('the API client', () => {
  let server: WireServer;

  beforeEach(async () => {
    server = await WireServer.start();
  });
  afterEach(() => server.close());

  test('returns the data of a success, and sends the body as JSON without undefined fields', async () => {
    server.answers.set('POST /dummy/start', () => ({ data: { operation_id: 'op_1' } }));
    const api = new ApiClient({ baseUrl: server.url });
    expect(await api.post('/dummy/start', { iterations: 3, duration_seconds: undefined })).toEqual({
      operation_id: 'op_1',
    });
    expect(server.requests).toEqual([
      { method: 'POST', path: '/dummy/start', query: {}, body: { iterations: 3 } },
    ]);
  });

  test.each([
    [400, 2],
    [404, 2],
    [409, 2],
    [422, 2],
    [500, 1],
    [503, 1],
  ])('an error with HTTP %i gives exit code %i', async (status, exitCode) => {
    const error = { code: 'some_code', message: 'What is wrong.', details: { issues: [] } };
    server.answers.set('GET /models', () => ({ status, error }));
    await expect(new ApiClient({ baseUrl: server.url }).get('/models')).rejects.toMatchObject({
      ...error,
      status,
      exitCode,
    });
  });

  test('waits for an API that has too many requests, says so, and sends the request again', async () => {
    let asked = 0;
    const busy = createServer((_, response) => {
      asked += 1;
      const error = { code: 'too_many_requests', message: 'Too many.' };
      const [status, body] = asked < 3 ? [429, { success: false, error }] : [200, { success: true, data: 3 }];
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0.01' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const told: string[] = [];
    const baseUrl = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
    const api = new ApiClient({ baseUrl, onWait: (line) => told.push(line) });
    expect(await api.post('/dummy/start')).toBe(3);
    expect(told).toEqual(
      Array.from(
        { length: 2 },
        () => 'The API has too many requests. Waiting 0.01 s before the next attempt.',
      ),
    );
    busy.closeAllConnections();
    await new Promise((resolve) => busy.close(resolve));
  });

  test('localhost reaches an API that listens only on 127.0.0.1', async () => {
    server.answers.set('GET /models', () => ({ data: { models: [] } }));
    const api = new ApiClient({ baseUrl: `http://localhost:${server.port}` });
    expect(await api.get('/models')).toEqual({ models: [] });
  });

  test('keeps the path of the base URL', async () => {
    server.answers.set('GET /backend/models', () => ({ data: { models: [] } }));
    expect(await new ApiClient({ baseUrl: `${server.url}/backend` }).get('/models')).toEqual({ models: [] });
  });

  test('an unreachable API gives one line that says what to start', async () => {
    await server.close();
    await expect(new ApiClient({ baseUrl: server.url }).get('/models')).rejects.toMatchObject({
      message: `The API at ${server.url} does not answer. Start it with: npm start. If it listens elsewhere: ktrdr config set api_url URL`,
      exitCode: 1,
    });
    await server.listen();
  });

  test('http instead of https, and https instead of http, give an error that says so', async () => {
    const tls = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    await expect(new ApiClient({ baseUrl }).get('/models')).rejects.toThrow(
      /an address that begins with https:/,
    );
    await new Promise((resolve) => tls.close(resolve));
    const secure = new ApiClient({ baseUrl: server.url.replace('http:', 'https:') });
    await expect(secure.get('/models')).rejects.toThrow(
      /does not use TLS\. Set KTRDR_API_URL to an address that begins with http:/,
    );
  });

  test('a server that is not the API gives an error that says so', async () => {
    const other = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<h1>hello</h1>');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(new ApiClient({ baseUrl }).get('/models')).rejects.toMatchObject({
      message: `The service at ${baseUrl} is not the ktrdr API (HTTP 200, text/html). Set KTRDR_API_URL to the API's URL.`,
      exitCode: 1,
    });
    await expect(new ApiClient({ baseUrl }).operationEvents('op_1').next()).rejects.toThrow(
      'not the ktrdr API',
    );
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });

  test('reports every response to onAnswer', async () => {
    server.answers.set('GET /models', () => ({ data: { models: [] } }));
    const lines: string[] = [];
    await new ApiClient({ baseUrl: server.url, onAnswer: (line) => lines.push(line) }).get('/models');
    expect(lines).toEqual(['GET /models -> 200']);
  });

  test('an abort ends a request in flight', async () => {
    let arrived = () => {};
    const arriving = new Promise<void>((resolve) => (arrived = resolve));
    server.answers.set('GET /models', () => {
      arrived();
      return new Promise(() => {});
    });
    const left = new AbortController();
    const asking = new ApiClient({ baseUrl: server.url, signal: left.signal }).get('/models');
    await arriving;
    left.abort();
    await expect(asking).rejects.toThrow();
  });
});
