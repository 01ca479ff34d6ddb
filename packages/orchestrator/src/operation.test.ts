import { describe, expect, test } from '@jest/globals';
import {
  OPERATION_ID_PATTERN,
  OPERATION_STATUSES,
  OPERATION_TYPES,
  isTerminalStatus,
  type Operation,
  type OperationStatus,
} from '@ktrdr/contracts';
import fc from 'fast-check';
import { systemRandomId } from './clock.js';
import {
  LEGAL_TRANSITIONS,
  changeStatus,
  createOperationId,
  newOperation,
  type StatusChange,
} from './operation.js';

const AT = '2026-01-05T10:00:00.000Z';

function pending(): Operation {
  return newOperation({
    id: 'op_dummy_20260105T100000_abcd',
    type: 'dummy',
    metadata: {
      parameters: {},
    },
    createdAt: AT,
  });
}

function change(to: StatusChange['to'], percentage: number): StatusChange {
  const progress = { ...pending().progress, percentage };
  switch (to) {
    case 'pending':
      return { to, at: AT, from: 'checkpoint' };
    case 'running':
      return { to, at: AT };
    case 'cancelling':
      return { to, at: AT, reason: 'enough' };
    case 'completed':
      return { to, at: AT, result: 1, progress };
    case 'failed':
      return { to, at: AT, error: { code: 'internal_error', message: 'broken' }, progress };
    case 'cancelled':
      return { to, at: AT, reason: 'stopped', progress };
  }
}

/** The state machine as the documentation draws it, edge by edge. */
const DRAWN: [OperationStatus, OperationStatus][] = [
  ['pending', 'running'],
  ['pending', 'cancelled'],
  ['running', 'completed'],
  ['running', 'failed'],
  ['running', 'cancelling'],
  ['cancelling', 'cancelled'],
  ['cancelling', 'completed'],
  ['cancelling', 'failed'],
  ['failed', 'pending'],
  ['cancelled', 'pending'],
];

describe('the states of an operation', () => {
  test('change only along the documented arrows', () => {
    const edges = OPERATION_STATUSES.flatMap((from) => LEGAL_TRANSITIONS[from].map((to) => `${from} ${to}`));
    expect(edges.sort()).toEqual(DRAWN.map((edge) => edge.join(' ')).sort());
  });

  test('any sequence of changes keeps the invariants', () => {
    const target = fc.constantFrom<StatusChange['to']>(
      'pending',
      'running',
      'cancelling',
      'completed',
      'failed',
      'cancelled',
    );
    const steps = fc.array(fc.tuple(target, fc.double({ min: 0, max: 100, noNaN: true })), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (wanted) => {
        let operation = pending();
        for (const [to, percentage] of wanted) {
          const before = structuredClone(operation);
          if (!DRAWN.some(([from, next]) => from === operation.status && next === to)) {
            expect(() => changeStatus(operation, change(to, percentage))).toThrow(
              `from ${operation.status} to ${to}`,
            );
            continue;
          }
          const next = changeStatus(operation, change(to, percentage));
          expect(operation).toEqual(before);
          expect(next.status).toBe(to);
          expect(next.attempt).toBe(operation.attempt + (to === 'pending' ? 1 : 0));
          expect(next.created_at).toBe(operation.created_at);
          expect(next.progress.percentage).toBeGreaterThanOrEqual(operation.progress.percentage);
          expect(next.progress.percentage === 100).toBe(to === 'completed');
          expect(next.completed_at !== null).toBe(isTerminalStatus(to));
          expect(next.error !== null).toBe(to === 'failed');
          expect(next.result !== null).toBe(to === 'completed');
          operation = next;
        }
      }),
    );
  });

  test('the next attempt keeps the progress and clears everything else', () => {
    const running = changeStatus(pending(), change('running', 0));
    const failed = changeStatus(running, { ...change('failed', 40), resumable: true } as StatusChange);
    expect(failed.resumable).toBe(true);
    const again = changeStatus(failed, { to: 'pending', at: AT, from: 'checkpoint' });
    expect(again).toEqual({ ...pending(), attempt: 2, resumable: true, progress: failed.progress });
    expect(again.progress.percentage).toBe(40);
    const fresh = changeStatus(failed, { to: 'pending', at: AT, from: 'beginning' });
    expect(fresh).toEqual({ ...pending(), attempt: 2 });
  });

  test('an attempt that does not end as resumable cannot be resumed', () => {
    const running = changeStatus(pending(), change('running', 0));
    expect(changeStatus(running, change('failed', 1)).resumable).toBe(false);
    expect(changeStatus(pending(), change('cancelled', 1)).resumable).toBe(false);
  });

  test('a result that is undefined is stored as null', () => {
    const running = changeStatus(pending(), change('running', 0));
    expect(changeStatus(running, { to: 'completed', at: AT, result: undefined }).result).toBeNull();
  });

  test('a cancelled operation has the time and reason of the request, even if it stopped by itself', () => {
    expect(changeStatus(pending(), change('cancelled', 0))).toMatchObject({
      cancel_requested_at: AT,
      cancel_reason: 'stopped',
    });
  });

  test('the reason of the first request stays, even if it gave none', () => {
    for (const reason of ['first', null]) {
      const running = changeStatus(pending(), change('running', 0));
      const cancelling = changeStatus(running, { to: 'cancelling', at: AT, reason });
      expect(changeStatus(cancelling, change('cancelled', 0)).cancel_reason).toBe(reason);
    }
  });
});

describe('an operation id', () => {
  test('contains the type and the second in UTC', () => {
    const id = createOperationId('training', Date.UTC(2026, 10, 23, 10, 15, 0, 999), () => 'k3f9');
    expect(id).toBe('op_training_20261123T101500_k3f9');
  });

  test.each(OPERATION_TYPES)('of type %s fits the pattern that requests are checked with', (type) => {
    expect(createOperationId(type, Date.UTC(2026, 0, 1), systemRandomId)).toMatch(OPERATION_ID_PATTERN);
  });
});
