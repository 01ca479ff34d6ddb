import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { StreamListener } from './event-stream.js';
import { SharedStream } from './shared-stream.js';
import { LEAVE, type StreamMessage } from './stream-message.js';

/** Streams that are open now. */
let open: StreamListener[];
let stream: SharedStream;
let ports: MessagePort[];
beforeEach(() => {
  open = [];
  ports = [];
  stream = new SharedStream((listener) => {
    open.push(listener);
    return () => {
      open = open.filter((one) => one !== listener);
    };
  });
});
afterEach(() => {
  for (const port of ports) port.close();
});

/** A tab, with what it has been told. */
function tab(): { port: MessagePort; other: MessagePort; told: StreamMessage[] } {
  const { port1: port, port2: other } = new MessageChannel();
  ports.push(port, other);
  const told: StreamMessage[] = [];
  port.addEventListener('message', ({ data }) => told.push(data as StreamMessage));
  port.start();
  stream.join(other);
  return { port, other, told };
}

/** Waits until the messages so far have arrived. */
async function arrival(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port1.start();
  const arrived = once(port1, 'message');
  port2.postMessage(null);
  await arrived;
}

const READY: StreamMessage = { kind: 'received', at: 5, type: 'ready', data: '{}' };
const CHANGE: StreamMessage = { kind: 'received', at: 6, type: 'operation', data: '{}' };

test('all tabs read one stream; a later tab learns that it is open, and gets no earlier change', async () => {
  const first = tab();
  open[0]!.heard(5);
  open[0]!.received('ready', '{}', 5);
  open[0]!.received('operation', '{}', 6);
  const second = tab();
  open[0]!.heard(7);
  await arrival();
  expect(open).toHaveLength(1);
  expect(first.told).toEqual([{ kind: 'heard', at: 5 }, READY, CHANGE, { kind: 'heard', at: 7 }]);
  expect(second.told).toEqual([READY, { kind: 'heard', at: 7 }]);
});

test('a later tab learns that the stream is lost, and since when', async () => {
  tab();
  open[0]!.received('ready', '{}', 5);
  open[0]!.lost(5);
  const later = tab();
  await arrival();
  expect(later.told).toEqual([{ kind: 'lost', heardAt: 5 }]);
});

test('the stream is closed when the last tab has left, and the next tab opens another', async () => {
  const [first, second] = [tab(), tab()];
  open[0]!.received('ready', '{}', 5);
  first.port.postMessage(LEAVE);
  await arrival();
  expect(open).toHaveLength(1);
  // the tab is closed without a message
  const closed = once(second.other, 'close');
  second.port.close();
  await closed;
  expect(open).toHaveLength(0);
  const third = tab();
  await arrival();
  expect(open).toHaveLength(1);
  expect(third.told).toEqual([]);
});
