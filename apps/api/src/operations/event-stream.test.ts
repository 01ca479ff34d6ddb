import { expect, test } from '@jest/globals';
import { newOperation, type OperationEvent } from '@ktrdr/orchestrator';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { EventStream } from './event-stream.js';

const OPERATION = newOperation({
  id: 'op_dummy_1',
  type: 'dummy',
  metadata: { symbols: [], timeframes: [], strategy: null, start_date: null, end_date: null, parameters: {} },
  createdAt: '2026-01-05T10:00:00.000Z',
});
const EVENT: OperationEvent = { type: 'progress', operation: OPERATION };

/** Changes that a test makes, counted as they are asked for. */
class Changes implements AsyncIterator<OperationEvent> {
  asked = 0;
  left = false;
  #answer: (result: IteratorResult<OperationEvent>) => void = () => {};

  next(): Promise<IteratorResult<OperationEvent>> {
    this.asked += 1;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  async return(): Promise<IteratorResult<OperationEvent>> {
    this.left = true;
    return { done: true, value: undefined };
  }

  async happen(event: OperationEvent | null): Promise<void> {
    this.#answer(event === null ? { done: true, value: undefined } : { done: false, value: event });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('numbers its events, says so when nothing happens, and ends with the changes', async () => {
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
    `id: 1\nevent: progress\ndata: ${JSON.stringify(OPERATION)}\n\n`,
    `id: 2\nevent: status\ndata: ${JSON.stringify(OPERATION)}\n\n`,
  ]);
  await clock.advance(15_100);
  expect(said.slice(2)).toEqual([': still there\n\n', ': still there\n\n']);
  await changes.happen(null);
  await ended;
  expect(changes.left).toBe(true);
  expect(clock.waiting).toBe(0);
});

test('asks for the next change only when the reader has taken the last, and hears of it when the reader leaves', async () => {
  const [clock, changes] = [new FakeClock(), new Changes()];
  const stream = new EventStream(changes, clock);
  stream.read();
  expect(changes.asked).toBe(1);
  await changes.happen(EVENT);
  await clock.advance(60_000);
  expect(changes.asked).toBe(1);
  expect(stream.read()).toContain('id: 1');
  stream.read();
  expect(changes.asked).toBe(2);
  stream.destroy();
  await new Promise((resolve) => stream.once('close', resolve));
  expect(changes.left).toBe(true);
  expect(clock.waiting).toBe(0);
});
