import { describe, expect, test } from '@jest/globals';
import { actionRefusal, type OperationStatus, type TypedOperationSummary } from '@ktrdr/contracts';
import { eachAtMost, planOf } from './operation-actions.js';

const operation = (status: OperationStatus, resumable = false): TypedOperationSummary =>
  ({ operation_id: `op_${status}`, operation_type: 'dummy', status, resumable }) as TypedOperationSummary;

describe('an action', () => {
  test('applies to the statuses that the API accepts', () => {
    const statuses = ['pending', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const;
    const allowed = (action: 'cancel' | 'resume' | 'retry') =>
      statuses.filter((status) => actionRefusal(action, operation(status, true)) === null);
    expect(allowed('cancel')).toEqual(['pending', 'running', 'cancelling']);
    expect(allowed('resume')).toEqual(['failed', 'cancelled']);
    expect(allowed('retry')).toEqual(['failed', 'cancelled']);
  });

  test('says why it leaves an operation out', () => {
    const { hit, leftOut } = planOf('resume', [operation('failed'), operation('cancelled', true)]);
    expect(hit.map(({ status }) => status)).toEqual(['cancelled']);
    expect(leftOut.map(({ reason }) => reason)).toEqual(['it has no state to resume from']);
  });

  test('runs on each id once, at most so many at a time', async () => {
    const seen: string[] = [];
    let running = 0;
    let most = 0;
    await eachAtMost(['a', 'b', 'c', 'd', 'e'], 2, async (id) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      seen.push(id);
      running -= 1;
    });
    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(most).toBe(2);
  });
});
