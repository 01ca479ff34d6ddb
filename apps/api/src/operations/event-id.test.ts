import { expect, test } from '@jest/globals';
import type { Operation } from '@ktrdr/contracts';
import { newOperation } from '@ktrdr/orchestrator';
import { eventId } from './event-id.js';

function operation(change: Partial<Operation>, progress: Partial<Operation['progress']> = {}): Operation {
  const fresh = newOperation({
    id: 'op_dummy_1',
    type: 'dummy',
    metadata: { parameters: {} },
    createdAt: '2026-01-05T10:00:00.000Z',
  });
  return { ...fresh, ...change, progress: { ...fresh.progress, ...progress } };
}

test('each state has its own id', () => {
  const states = [
    operation({}),
    operation({}, { current_step: 'Waiting for a host [2 ahead]' }),
    operation({}, { current_step: 'Waiting for a host [1 ahead]' }),
    operation({ status: 'running' }),
    operation({ status: 'running' }, { items_processed: 32 }),
    operation({ status: 'running' }, { items_processed: 64 }),
    operation({ status: 'running' }, { steps_completed: 2 }),
    operation({ status: 'running' }, { percentage: 10, items_processed: 64 }),
    operation({ status: 'cancelling' }, { percentage: 10, items_processed: 64 }),
    operation({ status: 'cancelled' }, { percentage: 10, items_processed: 64 }),
    operation({ status: 'failed' }, { percentage: 10, items_processed: 64 }),
    operation({ status: 'failed', resumable: true }, { percentage: 10, items_processed: 64 }),
    operation({ attempt: 2 }),
  ];
  expect(new Set(states.map(eventId)).size).toBe(states.length);
});

test('a copy of a state has the same id, even with another ETA', () => {
  expect(eventId(operation({}))).toBe(eventId(operation({})));
  expect(eventId(operation({}, { eta_seconds: 3 }))).toBe(eventId(operation({}, { eta_seconds: 4 })));
});
