import { describe, expect, test } from '@jest/globals';
import type { Operation } from '@ktrdr/contracts';
import { newOperation } from '@ktrdr/orchestrator';
import { eventId, isNewer, readEventId, sawTheEnd, type EventId } from './event-id.js';

function operation(change: Partial<Operation>, progress: Partial<Operation['progress']> = {}): Operation {
  const metadata = { symbols: [], timeframes: [], strategy: null, start_date: null, end_date: null };
  const fresh = newOperation({
    id: 'op_dummy_1',
    type: 'dummy',
    metadata: { ...metadata, parameters: {} },
    createdAt: '2026-01-05T10:00:00.000Z',
  });
  return { ...fresh, ...change, progress: { ...fresh.progress, ...progress } };
}

const seenOf = (state: Operation): EventId => readEventId(eventId(state))!;

test('ids increase over the life of an operation and its attempts', () => {
  const life = [
    operation({}),
    operation({ status: 'running' }),
    operation({ status: 'running' }, { percentage: 0, items_processed: 32 }),
    operation({ status: 'running' }, { percentage: 9.9, items_processed: 64 }),
    operation({ status: 'running' }, { percentage: 10, items_processed: 64 }),
    operation({ status: 'cancelling' }, { percentage: 10, items_processed: 64 }),
    operation({ status: 'cancelled' }, { percentage: 10, items_processed: 64 }),
    operation({ attempt: 2 }, { percentage: 10, items_processed: 64 }),
    operation({ attempt: 2, status: 'running' }),
    operation({ attempt: 2, status: 'completed' }, { percentage: 100 }),
    operation({ attempt: 10 }),
  ];
  for (const [later, state] of life.entries())
    for (const [earlier, seen] of life.entries())
      expect([later, earlier, isNewer(eventId(state), seenOf(seen))]).toEqual([
        later,
        earlier,
        later > earlier,
      ]);
});

test('a state with other texts at the same position is new; another time left is not', () => {
  const waiting = operation({}, { current_step: 'Waiting for a host [2 ahead]' });
  const moved = operation({}, { current_step: 'Waiting for a host [1 ahead]' });
  expect(isNewer(eventId(moved), seenOf(waiting))).toBe(true);
  expect(eventId(operation({}, { eta_seconds: 3 }))).toBe(eventId(operation({}, { eta_seconds: 4 })));
});

test('only the final state of the current attempt counts as the end', () => {
  const ended = operation({ status: 'failed' });
  expect(sawTheEnd(seenOf(ended), ended)).toBe(true);
  expect(sawTheEnd(seenOf(operation({ status: 'running' })), ended)).toBe(false);
  expect(sawTheEnd(seenOf(ended), operation({ attempt: 2, status: 'failed' }))).toBe(false);
  expect(sawTheEnd(seenOf(ended), operation({ attempt: 2 }))).toBe(false);
});

describe('an invalid id', () => {
  test.each([undefined, '', '7', '1.1.1.1', '1.9.1.1.00000000', '1.1.1.1.xyz', '-1.1.1.1.00000000'])(
    '%p',
    (text) => expect(readEventId(text)).toBeNull(),
  );
});
