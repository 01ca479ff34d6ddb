import { afterEach, expect, test } from '@jest/globals';
import { newOperation, type OperationsChange } from '@ktrdr/orchestrator';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { RETRY } from './event-source-stream.js';
import { OperationsStream } from './operations-stream.js';

const OPENED = 'event: ready\ndata: {"server_time":"2026-01-05T09:30:00.000Z","version":"1.2.3"}\n\n';

function changeOf(id: string, percentage = 0): OperationsChange {
  const { result: _, ...operation } = newOperation({
    id,
    type: 'dummy',
    metadata: { parameters: {} },
    createdAt: '2026-01-05T09:30:00.000Z',
  });
  return { type: 'operation', operation: { ...operation, progress: { ...operation.progress, percentage } } };
}

let stream: OperationsStream | undefined;
afterEach(() => {
  stream?.destroy();
});

function open() {
  const clock = new FakeClock();
  let happen = (_change: OperationsChange): void => {};
  const left: string[] = [];
  const follow = (listener: (change: OperationsChange) => void) => {
    happen = listener;
    return () => left.push('left');
  };
  stream = new OperationsStream(follow, clock, '1.2.3');
  return { clock, stream, happen: (change: OperationsChange) => happen(change), left };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('begins with the time and the version, then sends each change, and a comment when nothing changes', async () => {
  const { clock, stream, happen } = open();
  const said: string[] = [];
  stream.on('data', (text: string) => said.push(text));
  await turn();
  const change = changeOf('op_1', 5);
  happen(change);
  await turn();
  happen({ type: 'removed', operationId: 'op_1' });
  await turn();
  const { operation } = change as { operation: unknown };
  expect(said.join('')).toBe(
    `${RETRY}${OPENED}event: operation\ndata: ${JSON.stringify(operation)}\n\nevent: removed\ndata: {"operation_id":"op_1"}\n\n`,
  );
  said.length = 0;
  await clock.advance(30_000);
  expect(said.join('')).toBe(': still there\n\n: still there\n\n');
});

test('a slow reader gets only the newest state of each operation', async () => {
  const { stream, happen } = open();
  for (let step = 1; step <= 50; step++) {
    happen(changeOf('op_1', step));
    happen(changeOf('op_2', step));
  }
  let text = '';
  stream.on('data', (part: string) => (text += part));
  await turn();
  await turn();
  expect([...text.matchAll(/"percentage":(\d+)/g)].map(([, value]) => value)).toEqual(['50', '50']);
});

test('a reader that is far behind must reload its list, and keeps no events in memory', async () => {
  const { stream, happen } = open();
  for (let number = 0; number <= 1_000; number++) happen(changeOf(`op_${number}`));
  happen(changeOf('op_last'));
  let text = '';
  stream.on('data', (part: string) => (text += part));
  await turn();
  await turn();
  expect([...text.matchAll(/"operation_id":"(\w+)"/g)].map(([, id]) => id)).toEqual(['op_last']);
  expect(text).toContain(OPENED);
});

test('another ready event reports missed changes', async () => {
  const { stream, happen } = open();
  let text = '';
  stream.on('data', (part: string) => (text += part));
  await turn();
  happen({ type: 'missed' });
  await turn();
  expect(text).toBe(`${RETRY}${OPENED}${OPENED}`);
});

test('ends with what is left when the service stops, and leaves when its reader does', async () => {
  const { stream, happen, left } = open();
  happen(changeOf('op_1'));
  stream.finish();
  let text = '';
  for await (const part of stream) text += part as string;
  expect(text).toContain('"operation_id":"op_1"');
  expect(left).toEqual(['left']);
});

test('line breaks in the texts of an operation add no line to the stream', async () => {
  const { stream, happen } = open();
  const change = changeOf('op_1') as Extract<OperationsChange, { type: 'operation' }>;
  const progress = { ...change.operation.progress, current_step: 'a\nevent: ready\r\ndata: {}\u2028' };
  happen({ type: 'operation', operation: { ...change.operation, progress } });
  stream.finish();
  let text = '';
  for await (const part of stream) text += part as string;
  expect(text.split(/\r\n|\r|\n/).filter((line) => line.startsWith('event: '))).toEqual([
    'event: ready',
    'event: operation',
  ]);
});
