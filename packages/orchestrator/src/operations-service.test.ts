import { afterEach, describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import fc from 'fast-check';
import { OperationCancelledError } from './errors.js';
import type { OperationEvent } from './events.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { OperationPage } from './operation-store.js';
import type { OperationContext } from './operation-context.js';
import { PROGRESS_WRITE_INTERVAL_MS } from './progress-writer.js';
import { settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';
import { METADATA, gatedWork, memoryService } from './testing/memory-service.js';

/** Reads a watch to its end. */
async function statuses(watch: AsyncIterable<OperationEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { operation } of watch) seen.push(operation.status);
  return seen;
}

const leftovers: unknown[] = [];
process.on('unhandledRejection', (reason) => leftovers.push(reason));
afterEach(async () => {
  await settle();
  expect(leftovers.splice(0)).toEqual([]);
});

describe('launching', () => {
  test('stores the operation before it returns the id', async () => {
    const { launch, operations, store } = memoryService();
    const { gate, run } = gatedWork();
    const { operationId } = await launch(run, { initialContext: { phase: 'waiting' } });
    expect((await store.get(operationId))?.operation).toMatchObject({
      operation_id: operationId,
      operation_type: 'dummy',
      attempt: 1,
      resumable: false,
      metadata: METADATA,
      progress: { percentage: 0, current_step: 'waiting' },
    });
    await gate.reached;
    expect((await operations.get(operationId)).status).toBe('running');
    gate.open();
    await operations.idle();
  });

  test('keeps its own copy of its arguments', async () => {
    const { launch, operations } = memoryService();
    const metadata = { parameters: { seed: 1 } };
    const { operationId, outcome } = await launch(async () => 1, { metadata });
    metadata.parameters.seed = 2;
    await outcome;
    expect((await operations.get(operationId)).metadata).toEqual({ parameters: { seed: 1 } });
  });

  test('rejects and leaves nothing behind if the store is broken', async () => {
    const { launch, operations, store } = memoryService();
    store.create = () => Promise.reject(new Error('disk full'));
    await expect(launch(async () => 1)).rejects.toThrow('disk full');
    expect(operations.activeCount()).toBe(0);
    await operations.idle();
  });
});

describe('how an operation ends', () => {
  test('a returned result completes it with 100 % and the last progress', async () => {
    const { launch, operations, clock } = memoryService();
    const { operationId, outcome } = await launch(async ({ progress, warn }) => {
      progress.update({ percentage: 10, items_processed: 1 });
      warn('few bars');
      warn('few bars');
      clock.skip(1000);
      progress.update({ percentage: 42, items_processed: 2 });
      progress.update({ items_processed: 3 });
      return { rows: 3 };
    });
    await expect(outcome).resolves.toEqual({ rows: 3 });
    expect(operations.activeCount()).toBe(0);
    expect(await operations.get(operationId)).toMatchObject({
      status: 'completed',
      result: { rows: 3 },
      warnings: ['few bars'],
      error: null,
      cancel_requested_at: null,
      cancel_reason: null,
      started_at: '2026-01-05T09:30:00.000Z',
      completed_at: '2026-01-05T09:30:01.000Z',
      progress: { percentage: 100, items_processed: 3, eta_seconds: 0 },
    });
  });

  test('a typed error fails it with its code', async () => {
    const { launch, operations } = memoryService();
    const error = new KtrdrError('bars_invalid', 'AAPL_1h.csv:7: high < low', { details: { line: 7 } });
    const { operationId, outcome } = await launch(async ({ progress }) => {
      progress.update({ percentage: 100 });
      throw error;
    });
    await expect(outcome).rejects.toBe(error);
    expect(await operations.get(operationId)).toMatchObject({
      status: 'failed',
      result: null,
      error: { code: 'bars_invalid', message: 'AAPL_1h.csv:7: high < low', details: { line: 7 } },
      progress: { percentage: 99.9, eta_seconds: null },
    });
  });

  test('an error of a class of its own keeps its code', async () => {
    const { launch, operations } = memoryService();
    class NamedError extends KtrdrError {
      override readonly name = 'NamedError';
    }
    const { operationId, outcome } = await launch(() =>
      Promise.reject(new NamedError('host_refused', 'No.')),
    );
    await expect(outcome).rejects.toThrow('No.');
    expect((await operations.get(operationId)).error).toEqual({ code: 'host_refused', message: 'No.' });
  });

  test('any other error fails it as internal_error; the log keeps the original', async () => {
    const { launch, operations, logger } = memoryService();
    const error = new TypeError('x is undefined', { cause: new Error('deeper') });
    const { operationId, outcome } = await launch(() => Promise.reject(error));
    await expect(outcome).rejects.toBe(error);
    const { error: shown } = await operations.get(operationId);
    expect(shown).toEqual({
      code: 'internal_error',
      message: "An unexpected error ended the operation: x is undefined. The service's log has the details.",
    });
    expect(logger.lines).toContainEqual({
      level: 'error',
      message: 'operation failed',
      fields: { operation_id: operationId, error },
    });
  });

  test('a function that throws before it returns a promise fails it too', async () => {
    const { launch, operations } = memoryService();
    const { operationId, outcome } = await launch(() => {
      throw new Error('at once');
    });
    await expect(outcome).rejects.toThrow('at once');
    expect((await operations.get(operationId)).status).toBe('failed');
  });

  test('a cancellation error without a request cancels it by way of cancelling', async () => {
    const { launch, operations } = memoryService();
    const statuses: string[] = [];
    operations.onStatus(({ status }) => void statuses.push(status));
    const { operationId, outcome } = await launch(() =>
      Promise.reject(new OperationCancelledError('had enough')),
    );
    await expect(outcome).rejects.toThrow(OperationCancelledError);
    expect(statuses).toEqual(['pending', 'running', 'cancelling', 'cancelled']);
    const ended = await operations.get(operationId);
    expect(ended.cancel_requested_at).not.toBeNull();
    expect(ended.cancel_reason).toBe('had enough');
  });

  test('a result that cannot be stored fails it instead of leaving it open', async () => {
    const { launch, operations } = memoryService();
    const { operationId, outcome } = await launch(async () => ({ huge: 10n }));
    await expect(outcome).rejects.toMatchObject({ code: 'internal_error' });
    expect(await operations.get(operationId)).toMatchObject({
      status: 'failed',
      error: { code: 'internal_error', message: 'The work was done, but its result could not be stored.' },
    });
  });

  test('progress reported after the end changes nothing', async () => {
    const { launch, operations } = memoryService();
    let late: OperationContext | undefined;
    const { operationId, outcome } = await launch(async (context) => void (late = context));
    await outcome;
    const ended = await operations.get(operationId);
    late?.progress.update({ percentage: 50, current_item: 'late' });
    late?.warn('late');
    await settle();
    expect(await operations.get(operationId)).toEqual(ended);
  });

  test('a store that fails in the middle of the run does not end the run', async () => {
    const { launch, operations, store, logger, clock } = memoryService();
    store.saveProgress = () => Promise.reject(new Error('locked'));
    const { operationId, outcome } = await launch(async ({ progress, sleep }) => {
      progress.update({ percentage: 10 });
      await sleep(2 * PROGRESS_WRITE_INTERVAL_MS);
      progress.update({ percentage: 20 });
      return 'done';
    });
    await clock.advance(5 * PROGRESS_WRITE_INTERVAL_MS);
    await expect(outcome).resolves.toBe('done');
    expect((await operations.get(operationId)).status).toBe('completed');
    expect(logger.messages('warn')).toContain('progress could not be stored');
  });

  test('an end that cannot be stored is logged and frees the service', async () => {
    const { launch, operations, store, logger } = memoryService();
    const { gate, run } = gatedWork();
    const { operationId, outcome } = await launch(run);
    await gate.reached;
    const seen = statuses(operations.watch(operationId));
    store.transition = () => Promise.reject(new Error('database gone'));
    gate.open();
    await expect(outcome).rejects.toMatchObject({ code: 'internal_error' });
    expect(logger.messages('error')).toContain('the end of the operation could not be stored');
    await operations.idle();
    await expect(seen).resolves.toEqual(['running']);
  });

  test('a start that cannot be stored is logged, frees the service and lets its watchers go', async () => {
    const { launch, operations, store, logger } = memoryService();
    const transition = store.transition.bind(store);
    store.transition = () => Promise.reject(new Error('database gone'));
    const { operationId, outcome } = await launch(async () => 'never');
    const seen = statuses(operations.watch(operationId));
    await expect(outcome).rejects.toThrow('database gone');
    await operations.idle();
    await expect(seen).resolves.toEqual(['pending']);
    expect(logger.messages('error')).toContain('the start of the operation could not be stored');
    store.transition = transition;
    await expect(operations.cancel(operationId)).resolves.toMatchObject({ status: 'cancelled' });
  });
});

describe('progress', () => {
  test('is read as stored: percentage, line and counts from the same update', async () => {
    const { launch, operations, store, clock } = memoryService();
    const gate = new Gate();
    const { operationId } = await launch(async ({ progress, sleep }) => {
      for (const at of [10, 20, 30]) {
        progress.update({ percentage: at, items_processed: at, current_item: `item ${at}` });
        await sleep(10);
      }
      await gate.pass();
    });
    await clock.advance(30);
    await gate.reached;
    const watch = operations.watch(operationId);
    const seen = async () => [
      (await store.get(operationId))?.operation.progress,
      (await operations.get(operationId)).progress,
      (await operations.list()).operations[0]?.progress,
      ((await watch.next()).value as OperationEvent).operation.progress,
    ];
    const all = (at: number) =>
      Array.from({ length: 4 }, () =>
        expect.objectContaining({ percentage: at, items_processed: at, current_item: `item ${at}` }),
      );
    // the second write may follow the first at once, the third waits
    expect(await seen()).toEqual(all(20));
    await clock.advance(PROGRESS_WRITE_INTERVAL_MS);
    expect(await seen()).toEqual(all(30));
    gate.open();
    await operations.idle();
  });

  test('shows a new step at once, with the percentage of its start', async () => {
    const { launch, operations } = memoryService();
    const gate = new Gate();
    const steps = [
      { name: 'training', share: 90 },
      { name: 'evaluating', share: 10 },
    ];
    const { operationId } = await launch(
      async ({ progress }) => {
        // early stopping: the work leaves a step long before its end
        for (let part = 1; part <= 20; part++)
          progress.update({ step: 'training', stepFraction: part / 100 });
        progress.startStep('evaluating');
        await gate.pass();
      },
      { steps },
    );
    await gate.reached;
    await settle();
    expect((await operations.get(operationId)).progress).toMatchObject({
      percentage: 90,
      context: { phase: 'evaluating' },
    });
    gate.open();
    await operations.idle();
  });
});

describe('cancelling', () => {
  test('is recorded at once and becomes cancelled only when the work has ended', async () => {
    const { launch, operations } = memoryService();
    const { gate, run } = gatedWork();
    const { operationId, outcome } = await launch(run);
    await gate.reached;
    const answer = await operations.cancel(operationId, { reason: 'enough' });
    expect(answer).toEqual({
      operation_id: operationId,
      status: 'cancelling',
      message: 'The operation is being cancelled.',
    });
    await settle();
    expect(await operations.get(operationId)).toMatchObject({
      status: 'cancelling',
      cancel_requested_at: '2026-01-05T09:30:00.000Z',
      cancel_reason: 'enough',
      completed_at: null,
    });
    gate.open();
    await expect(outcome).rejects.toThrow(new OperationCancelledError('enough'));
    expect(await operations.get(operationId)).toMatchObject({
      status: 'cancelled',
      error: null,
      result: null,
    });
  });

  test('wakes sleeping work at once', async () => {
    const { launch, operations, clock } = memoryService();
    const { operationId, outcome } = await launch(({ sleep }) => sleep(60_000));
    await settle();
    await operations.cancel(operationId);
    await expect(outcome).rejects.toThrow(OperationCancelledError);
    expect(clock.waiting).toBe(0);
  });

  test('work that does not listen keeps it cancelling, and its result wins', async () => {
    const { launch, operations } = memoryService();
    const gate = new Gate();
    const { operationId, outcome } = await launch(async () => {
      await gate.pass();
      return 'done all the same';
    });
    await gate.reached;
    await operations.cancel(operationId);
    await settle();
    expect((await operations.get(operationId)).status).toBe('cancelling');
    gate.open();
    await outcome;
    expect(await operations.get(operationId)).toMatchObject({
      status: 'completed',
      result: 'done all the same',
      progress: { percentage: 100 },
    });
  });

  test('work that throws another error while it stops has failed', async () => {
    const { launch, operations } = memoryService();
    const { operationId, outcome } = await launch(async ({ sleep }) => {
      await sleep(60_000).catch((cause: unknown) => {
        throw new KtrdrError('host_lost', 'The host does not answer; it may still compute.', { cause });
      });
    });
    await settle();
    await operations.cancel(operationId);
    await expect(outcome).rejects.toMatchObject({ code: 'host_lost' });
    expect((await operations.get(operationId)).status).toBe('failed');
  });

  test('an unknown one is operation_not_found', async () => {
    const { operations } = memoryService();
    await expect(operations.cancel('op_dummy_20260105T093000_none')).rejects.toMatchObject({
      code: 'operation_not_found',
      httpStatus: 404,
    });
    await expect(operations.get('op_dummy_20260105T093000_none')).rejects.toMatchObject({
      code: 'operation_not_found',
    });
  });
});

describe('work in flight', () => {
  test('without a waiting caller keeps the operation cancelling until it has settled', async () => {
    const { launch, operations, logger } = memoryService();
    const gate = new Gate();
    const { operationId, outcome } = await launch((context) =>
      context.executeWithCancellation(async (token) => {
        await gate.pass();
        expect(token.isCancelled).toBe(true);
        throw new Error('late');
      }),
    );
    await gate.reached;
    await operations.cancel(operationId);
    await settle();
    expect((await operations.get(operationId)).status).toBe('cancelling');
    gate.open();
    await expect(outcome).rejects.toThrow(OperationCancelledError);
    expect((await operations.get(operationId)).status).toBe('cancelled');
    expect(logger.messages('warn')).toEqual(['work in flight failed after the cancellation']);
  });

  test('is not begun once the token has fired', async () => {
    const { launch, operations } = memoryService();
    const gate = new Gate();
    let began = false;
    const { operationId, outcome } = await launch(async (context) => {
      await gate.pass();
      return context.executeWithCancellation(async () => void (began = true));
    });
    await gate.reached;
    await operations.cancel(operationId);
    gate.open();
    await expect(outcome).rejects.toThrow(OperationCancelledError);
    expect(began).toBe(false);
  });
});

describe('a task id', () => {
  test('gives one operation, even for concurrent starts and after the end', async () => {
    const { launch, operations } = memoryService();
    let runs = 0;
    const { gate, run } = gatedWork();
    const counted = (context: OperationContext) => {
      runs++;
      return run(context);
    };
    const started = await Promise.all(
      Array.from({ length: 10 }, () => launch(counted, { taskId: 'nightly' })),
    );
    await gate.reached;
    gate.open();
    expect(new Set(started.map(({ operationId }) => operationId)).size).toBe(1);
    expect(await Promise.all(started.map(({ outcome }) => outcome))).toEqual(Array(10).fill('done'));
    const after = await launch(counted, { taskId: 'nightly' });
    await expect(after.outcome).resolves.toBe('done');
    expect(runs).toBe(1);
    expect((await operations.list()).total_count).toBe(1);
  });

  test('gives a second start the failure or cancellation of its operation too', async () => {
    const { launch, operations } = memoryService();
    const failing = () => Promise.reject(new KtrdrError('no_bars_in_range', 'There are no bars.'));
    await (await launch(failing, { taskId: 'fails' })).outcome.catch(() => {});
    await expect((await launch(failing, { taskId: 'fails' })).outcome).rejects.toMatchObject({
      code: 'no_bars_in_range',
      message: 'There are no bars.',
    });
    const { operationId, outcome } = await launch(({ sleep }) => sleep(60_000), { taskId: 'stops' });
    await settle();
    await operations.cancel(operationId);
    await outcome.catch(() => {});
    await expect((await launch(async () => {}, { taskId: 'stops' })).outcome).rejects.toThrow(
      OperationCancelledError,
    );
  });

  test('of an operation of another type is a conflict', async () => {
    const { launch } = memoryService();
    await (
      await launch(async () => 1, { taskId: 'nightly' })
    ).outcome;
    await expect(launch(async () => 1, { taskId: 'nightly', type: 'training' })).rejects.toMatchObject({
      code: 'operation_conflict',
      httpStatus: 409,
    });
  });
});

describe('listing', () => {
  test('is newest first, filtered and paged, with both counts', async () => {
    const { launch, operations, clock } = memoryService();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      const { operationId, outcome } = await launch(async () => count);
      ids.unshift(operationId);
      await outcome;
      await clock.advance(1000);
    }
    const { gate, run } = gatedWork();
    const { operationId } = await launch(run, { type: 'training' });
    await gate.reached;
    const idsOf = ({ operations: found }: OperationPage) => found.map((each) => each.operation_id);
    expect(idsOf(await operations.list())).toEqual([operationId, ...ids]);
    expect(idsOf(await operations.list({ statuses: ['completed'], limit: 1, offset: 1 }))).toEqual([ids[1]]);
    expect(await operations.list({ types: ['dummy'], limit: 0 })).toEqual({
      operations: [],
      total_count: 3,
      active_count: 1,
    });
    gate.open();
    await operations.idle();
  });
});

describe('status listeners', () => {
  test('that throw or reject disturb neither the engine nor each other', async () => {
    const { launch, operations, logger } = memoryService();
    const seen: string[] = [];
    operations.onStatus(() => {
      throw new Error('broken listener');
    });
    operations.onStatus(() => Promise.reject(new Error('broken promise')));
    // all listeners get the same object
    operations.onStatus((changed) => void Object.assign(changed, { status: 'failed' }));
    operations.onStatus(({ status, attempt }) => void seen.push(`${status} ${attempt}`));
    const { outcome } = await launch(async () => 'done');
    await expect(outcome).resolves.toBe('done');
    expect(seen).toEqual(['pending 1', 'running 1', 'completed 1']);
    await settle();
    expect(logger.messages('error')).toEqual(Array(9).fill('a status listener failed'));
  });

  test('are not called after their removal', async () => {
    const { launch, operations } = memoryService();
    let calls = 0;
    const leave = operations.onStatus(() => void calls++);
    leave();
    await (
      await launch(async () => 1)
    ).outcome;
    expect(calls).toBe(0);
  });
});

describe('shutting down', () => {
  test('refuses new operations and waits for the running ones to stop', async () => {
    const { launch, operations } = memoryService();
    const first = await launch(({ sleep }) => sleep(60_000));
    const second = await launch(({ sleep }) => sleep(60_000));
    await settle();
    const stopped = operations.shutdown(5000);
    await expect(launch(async () => 1)).rejects.toMatchObject({ code: 'service_stopping', httpStatus: 503 });
    expect(await stopped).toEqual([]);
    for (const { operationId } of [first, second]) {
      expect((await operations.get(operationId)).status).toBe('cancelled');
    }
  });

  test('forces operations that do not stop in time, and returns those that do not stop at all', async () => {
    const { launch, operations, clock } = memoryService();
    const gate = new Gate();
    const stubborn = await launch(
      ({ token }) =>
        new Promise<void>((resolve) => token.forceSignal.addEventListener('abort', () => resolve())),
    );
    const deaf = await launch(() => gate.pass());
    await gate.reached;
    const stopped = operations.shutdown(5000);
    await clock.advance(4999);
    expect(operations.activeCount()).toBe(2);
    await clock.advance(1);
    await stubborn.outcome;
    await clock.advance(2000);
    expect(await stopped).toEqual([deaf.operationId]);
    gate.open();
    await operations.idle();
  });

  test('cancels an operation that was just being stored', async () => {
    const store = new MemoryOperationStore();
    const { launch, operations } = memoryService(store);
    const gate = new Gate();
    const create = store.create.bind(store);
    store.create = async (...args) => {
      await gate.pass();
      return create(...args);
    };
    let ran = false;
    const launched = launch(async () => void (ran = true));
    await gate.reached;
    const stopped = operations.shutdown(5000);
    await settle();
    gate.open();
    const { operationId } = await launched;
    expect(await stopped).toEqual([]);
    expect((await operations.get(operationId)).status).toBe('cancelled');
    expect(ran).toBe(false);
  });

  test('resolves at once if nothing runs', async () => {
    const { operations, clock } = memoryService();
    expect(await operations.shutdown(5000)).toEqual([]);
    await settle();
    expect(clock.waiting).toBe(0);
  });
});

test('any interleaving of work, cancels and endings keeps the states legal', async () => {
  const legal = [
    'pending running completed',
    'pending running failed',
    'pending running cancelling cancelled',
    'pending running cancelling completed',
    'pending running cancelling failed',
    'pending cancelled',
  ];
  const plan = fc.record({
    duration: fc.nat(50),
    deaf: fc.boolean(),
    breaks: fc.boolean(),
    cancelAfter: fc.option(fc.nat(60)),
    force: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 8 }), async (plans) => {
      const { launch, operations, clock } = memoryService();
      const histories = new Map<string, string[]>();
      operations.onStatus(({ operation_id, status }) => {
        histories.set(operation_id, [...(histories.get(operation_id) ?? []), status]);
      });
      await Promise.all(
        plans.map(async ({ duration, deaf, breaks, cancelAfter, force }) => {
          const { operationId, outcome } = await launch(async (context) => {
            await (deaf ? clock.sleep(duration) : context.sleep(duration));
            if (breaks) throw new Error('broken');
          });
          outcome.catch(() => {});
          if (cancelAfter === null) return;
          const cancel = () => void operations.cancel(operationId, { force }).catch(() => {});
          if (cancelAfter === 0) cancel();
          else clock.setTimer(cancelAfter, cancel);
        }),
      );
      await clock.advance(100);
      await operations.idle();
      expect(histories.size).toBe(plans.length);
      for (const [id, history] of histories) {
        expect(legal).toContain(history.join(' '));
        expect((await operations.get(id)).status).toBe(history.at(-1));
      }
    }),
    { numRuns: 40 },
  );
});
