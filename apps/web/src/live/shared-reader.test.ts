import { afterEach, expect, jest, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { StreamListener } from './event-stream.js';
import { readSharedStream } from './shared-reader.js';
import { LEAVE } from './stream-message.js';

type WorkerClass = typeof globalThis.SharedWorker;

let close = (): void => {};
const ports: MessagePort[] = [];
afterEach(() => {
  close();
  for (const port of ports.splice(0)) port.close();
  jest.restoreAllMocks();
  delete (globalThis as Partial<typeof globalThis>).SharedWorker;
});

/** Reads with this class of shared workers. @returns the addresses of the tab's own requests, and what the listener has heard */
function readWith(worker: unknown): { requests: unknown[]; heard: unknown[] } {
  globalThis.SharedWorker = worker as WorkerClass;
  const requests: unknown[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation((address, options) => {
    requests.push(address);
    return new Promise((_, reject) =>
      options?.signal?.addEventListener('abort', () => reject(new Error('closed'))),
    );
  });
  const heard: unknown[] = [];
  const listener: StreamListener = {
    heard: (at) => heard.push(['heard', at]),
    lost: (at) => heard.push(['lost', at]),
    received: (type, data, at) => heard.push([type, data, at]),
  };
  close = readSharedStream(listener);
  return { requests, heard };
}

/** A worker whose messages the test sends. */
class FakeWorker extends EventTarget {
  static newest: FakeWorker;
  readonly told: unknown[] = [];
  readonly port: MessagePort;
  readonly inside: MessagePort;

  constructor() {
    super();
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    [this.port, this.inside] = [port1, port2];
    this.inside.addEventListener('message', ({ data }) => this.told.push(data));
    this.inside.start();
    FakeWorker.newest = this;
  }
}

async function arrival(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

test('events come from the shared worker, until the tab leaves', async () => {
  const { requests, heard } = readWith(FakeWorker);
  const { inside, told } = FakeWorker.newest;
  inside.postMessage({ kind: 'received', at: 1, type: 'ready', data: '{}' });
  inside.postMessage({ kind: 'heard', at: 2 });
  inside.postMessage({ kind: 'lost', heardAt: 2 });
  await arrival();
  expect(heard).toEqual([
    ['ready', '{}', 1],
    ['heard', 2],
    ['lost', 2],
  ]);
  close();
  await arrival();
  expect(told).toEqual([LEAVE]);
  expect(requests).toEqual([]);
});

test('a browser that refuses shared workers reads a stream of its own', () => {
  const refuse = function (): never {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  expect(readWith(refuse).requests).toEqual(['/operations/events']);
});

test('a browser that cannot run the worker reads a stream of its own, and leaves that of the worker', async () => {
  const { requests } = readWith(FakeWorker);
  const { told } = FakeWorker.newest;
  expect(requests).toEqual([]);
  FakeWorker.newest.dispatchEvent(new Event('error'));
  expect(requests).toEqual(['/operations/events']);
  await arrival();
  expect(told).toEqual([LEAVE]);
});
