import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../clock.js';
import { readStream } from './event-stream.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('a lost stream says when the API last sent something, and is opened again', async () => {
  let open: ServerResponse | null = null;
  const address = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: ready\ndata: {"server_time":"2026-01-01T00:00:00Z"}\n\n');
    open = response;
  });
  const received: number[] = [];
  let next = (): void => {};
  const losses: [heardAt: number | null, lostAt: number][] = [];
  const close = readStream(address, {
    heard: () => {},
    received: (type) => {
      expect(type).toBe('ready');
      received.push(now());
      next();
    },
    lost: (heardAt) => losses.push([heardAt, now()]),
  });
  const another = (): Promise<void> => new Promise((resolve) => (next = resolve));
  await another();
  await sleep(300);
  const again = another();
  open!.destroy();
  await again;
  close();
  const [[heardAt, lostAt] = [null, 0]] = losses;
  expect(lostAt - heardAt!).toBeGreaterThanOrEqual(250);
  expect(heardAt!).toBeLessThanOrEqual(received[0]!);
});

test('a stream that the API refuses has no time of a last message, and its listener can close it', async () => {
  let requests = 0;
  const address = await serve((response) => {
    requests += 1;
    response.writeHead(503).end();
  });
  const heardAt = await new Promise((resolve) => {
    const close = readStream(address, {
      heard: () => {},
      received: () => {},
      lost: (heard) => {
        close();
        resolve(heard);
      },
    });
  });
  expect(heardAt).toBeNull();
  // longer than the wait after a refusal
  await sleep(1_300);
  expect(requests).toBe(1);
});
