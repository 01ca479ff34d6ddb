import { expect, test } from '@jest/globals';
import { newOperation, type OperationEvent } from '@ktrdr/orchestrator';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { eventId } from './event-id.js';
import { RETRY } from './event-source-stream.js';
import { EventStream } from './event-stream.js';

const OPERATION = newOperation({
  id: 'op_dummy_1',
  type: 'dummy',
  metadata: { parameters: {} },
  createdAt: '2026-01-05T10:00:00.000Z',
});
const ID = eventId(OPERATION);
const EVENT: OperationEvent = { type: 'progress', operation: OPERATION };

/** A source of changes that the test controls. It counts the requests for changes. */
class Changes implements AsyncIterator<OperationEvent> {
  asked = 0;
  left = false;
  private answer: (result: IteratorResult<OperationEvent>) => void = () => {};

  next(): Promise<IteratorResult<OperationEvent>> {
    this.asked += 1;
    return new Promise((resolve) => (this.answer = resolve));
  }

  async return(): Promise<IteratorResult<OperationEvent>> {
    this.left = true;
    return { done: true, value: undefined };
  }

  async happen(event: OperationEvent | null): Promise<void> {
    this.answer(event === null ? { done: true, value: undefined } : { done: false, value: event });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('gives each event the id of its state, sends comments while nothing changes, and ends with the changes', async () => {
  const [clock, changes] = [new FakeClock(), new Changes()];
  const stream = new EventStream(changes, clock);
  const said: string[] = [];
  stream.on('data', (text: string) => said.push(text));
  const ended = new Promise((resolve) => stream.once('close', resolve));
  await new Promise((resolve) => setImmediate(resolve));
  await changes.happen(EVENT);
  await clock.advance(10_000);
  await changes.happen({ ...EVENT, type: 'status' });
  await clock.advance(14_900);
  expect(said).toEqual([
    RETRY,
    `id: ${ID}\nevent: progress\ndata: ${JSON.stringify(OPERATION)}\n\n`,
    `id: ${ID}\nevent: status\ndata: ${JSON.stringify(OPERATION)}\n\n`,
  ]);
  await clock.advance(15_100);
  expect(said.slice(3)).toEqual([': still there\n\n', ': still there\n\n']);
  await changes.happen(null);
  await ended;
  expect(changes.left).toBe(true);
  expect(clock.waiting).toBe(0);
});

test('requests the next change only after the reader has consumed the last one, and ends when the reader leaves', async () => {
  const [clock, changes] = [new FakeClock(), new Changes()];
  const stream = new EventStream(changes, clock);
  expect(stream.read()).toBe(RETRY);
  stream.read();
  expect(changes.asked).toBe(1);
  await changes.happen(EVENT);
  await clock.advance(60_000);
  expect(changes.asked).toBe(1);
  expect(stream.read()).toContain(`id: ${ID}`);
  stream.read();
  expect(changes.asked).toBe(2);
  stream.destroy();
  await new Promise((resolve) => stream.once('close', resolve));
  expect(changes.left).toBe(true);
  expect(clock.waiting).toBe(0);
});

const at = (items_processed: number): OperationEvent => ({
  type: 'progress',
  operation: { ...OPERATION, status: 'running', progress: { ...OPERATION.progress, items_processed } },
});
const items = (said: string[]): string[] =>
  said.slice(1).map((text) => /"items_processed":(\d+)/.exec(text)![1]!);

test.each([
  ['skips the first state if its reader has it', 40, [40, 41, 40], ['41', '40']],
  ['sends the first state if it is older than the state that its reader has', 40, [32, 40], ['32', '40']],
])('%s', async (_, last, happened, expected) => {
  const [clock, changes] = [new FakeClock(), new Changes()];
  const stream = new EventStream(changes, clock, eventId(at(last).operation));
  const said: string[] = [];
  stream.on('data', (text: string) => said.push(text));
  await new Promise((resolve) => setImmediate(resolve));
  for (const item of happened) await changes.happen(at(item));
  expect(items(said)).toEqual(expected);
  stream.destroy();
});

test('CVE-2026-35515: line breaks in the texts of an operation add no line to the stream', async () => {
  const hostile = 'a\n\nevent: status\rdata: {}\u2028id: 1\u0085\u202e\u009b31m\u0000';
  const operation = {
    ...OPERATION,
    cancel_reason: hostile,
    warnings: [hostile],
    progress: { ...OPERATION.progress, current_step: hostile },
  };
  const [clock, changes] = [new FakeClock(), new Changes()];
  const stream = new EventStream(changes, clock);
  let said = '';
  stream.on('data', (text: string) => (said += text));
  await new Promise((resolve) => setImmediate(resolve));
  const type = 'progress\ndata: forged' as OperationEvent['type'];
  await changes.happen({ type, operation });
  await changes.happen(null);
  const event = said.slice(RETRY.length);
  // a parser of event streams ends a line at \n, \r and \r\n
  expect(event.split(/\r\n|\n|\r/).map((line) => line.split(':', 1)[0])).toEqual([
    'id',
    'event',
    'data',
    '',
    '',
  ]);
  expect(event).toMatch(/^[\n\u0020-\u007e]*$/);
  expect(JSON.parse(/^data: (.*)$/m.exec(event)![1]!)).toEqual(operation);
});
