import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { OperationCancelledError } from './errors.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { OperationContext } from './operation-context.js';
import { settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';
import { gatedWork, memoryService } from './testing/memory-service.js';

/** Cancels an operation at every stage of its life. Gates hold both sides where they must meet; no test sleeps. */
const ASKED_AT = '2026-01-05T09:30:00.000Z';

/** A store that holds changes to one status at its gate. */
function storeThatHolds(status: string) {
  const [store, gate] = [new MemoryOperationStore(), new Gate()];
  const transition = store.transition.bind(store);
  store.transition = async (...change) => {
    if (change[3].to === status) await gate.pass();
    return transition(...change);
  };
  return { store, gate };
}

/** A store whose next read of an operation waits at a gate, so that its answer is out of date when it arrives. */
function holdNextLook(store: MemoryOperationStore): Gate {
  const looked = new Gate();
  const get = store.get.bind(store);
  store.get = async (id) => {
    store.get = get;
    const seen = await get(id);
    await looked.pass();
    return seen;
  };
  return looked;
}

describe('before the start', () => {
  test('a pending operation never starts', async () => {
    const store = new MemoryOperationStore();
    const { launch, operations } = memoryService(store);
    const gate = new Gate();
    const transition = store.transition.bind(store);
    store.transition = async (...change) => {
      if (change[3].to === 'running') await gate.pass();
      return transition(...change);
    };
    let ran = false;
    const { operationId, outcome } = await launch(async () => void (ran = true));
    await gate.reached;
    const answer = await operations.cancel(operationId, { reason: 'wrong file' });
    expect(answer).toMatchObject({
      status: 'cancelled',
      message: 'The operation was cancelled before it began.',
    });
    gate.open();
    await expect(outcome).rejects.toThrow('wrong file');
    expect(ran).toBe(false);
    expect(await operations.get(operationId)).toMatchObject({
      status: 'cancelled',
      started_at: null,
      cancel_requested_at: '2026-01-05T09:30:00.000Z',
      cancel_reason: 'wrong file',
    });
  });

  test('an operation that is cancelled before its launcher has returned never starts either', async () => {
    const store = new MemoryOperationStore();
    const { launch, operations } = memoryService(store);
    const history: string[] = [];
    operations.onStatus(({ status }) => void history.push(status));
    const create = store.create.bind(store);
    store.create = async (...args) => {
      const written = await create(...args);
      await operations.cancel(written.operation.operation_id);
      return written;
    };
    let ran = false;
    const { operationId, outcome } = await launch(async () => void (ran = true));
    await expect(outcome).rejects.toThrow(OperationCancelledError);
    expect(ran).toBe(false);
    expect(history).toEqual(['cancelled']);
    expect((await operations.get(operationId)).status).toBe('cancelled');
  });
});

describe('during the start', () => {
  test('an operation that starts to run during the request is cancelled as a running one', async () => {
    const store = new MemoryOperationStore();
    const { launch, operations } = memoryService(store);
    const { gate, run } = gatedWork();
    const looked = new Gate();
    const get = store.get.bind(store);
    store.get = async (id) => {
      const seen = await get(id);
      store.get = get;
      await looked.pass();
      if (seen === null) throw new Error('not stored');
      return { ...seen, operation: { ...seen.operation, status: 'pending' } };
    };
    const { operationId, outcome } = await launch(run);
    const cancelled = operations.cancel(operationId);
    await Promise.all([looked.reached, gate.reached]);
    looked.open();
    expect((await cancelled).status).toBe('cancelling');
    gate.open();
    await expect(outcome).rejects.toThrow(OperationCancelledError);
  });
});

describe('at the last moment', () => {
  test('before the work ends: it checks its token once more and is cancelled below 100 %', async () => {
    const { launch, operations } = memoryService();
    const last = new Gate();
    const { operationId, outcome } = await launch(async ({ progress, token }) => {
      for (let batch = 1; batch <= 3; batch++) {
        progress.update({ items_processed: batch, items_total: 3 });
        if (batch === 3) await last.pass();
        token.throwIfCancelled();
      }
      return 'done';
    });
    await last.reached;
    expect(await operations.cancel(operationId, { reason: 'late' })).toMatchObject({ status: 'cancelling' });
    last.open();
    await expect(outcome).rejects.toThrow(new OperationCancelledError('late'));
    const ended = await operations.get(operationId);
    expect(ended).toMatchObject({ status: 'cancelled', result: null, error: null, cancel_reason: 'late' });
    expect(ended.progress).toMatchObject({ items_processed: 3, items_total: 3 });
    expect(ended.progress.percentage).toBeLessThan(100);
  });

  test.each([
    ['completed', async () => 'done', { result: 'done', error: null, progress: { percentage: 100 } }],
    [
      'failed',
      () => Promise.reject(new KtrdrError('disk_full', 'The disk is full.')),
      { result: null, error: { code: 'disk_full', message: 'The disk is full.' } },
    ],
  ])(
    'before the end is stored: the request is recorded, and the operation has %s',
    async (status, run, ended) => {
      const { store, gate } = storeThatHolds(status);
      const { launch, operations } = memoryService(store);
      const { operationId, outcome } = await launch<unknown>(run);
      await gate.reached;
      expect(await operations.cancel(operationId, { reason: 'too late' })).toEqual({
        operation_id: operationId,
        status: 'cancelling',
        message: 'The operation is being cancelled.',
      });
      gate.open();
      await outcome.catch(() => {});
      expect(await operations.get(operationId)).toMatchObject({
        status,
        ...ended,
        cancel_requested_at: ASKED_AT,
        cancel_reason: 'too late',
      });
      expect((await operations.history(operationId)).map((change) => change.status)).toEqual([
        'pending',
        'running',
        'cancelling',
        status,
      ]);
    },
  );

  test('the end is stored while the request reads the operation: operation_ended, and the request is not recorded', async () => {
    const store = new MemoryOperationStore();
    const { launch, operations } = memoryService(store);
    const { gate, run } = gatedWork();
    const { operationId, outcome } = await launch(run);
    await gate.reached;
    const looked = holdNextLook(store);
    const cancelled = operations.cancel(operationId, { force: true });
    await looked.reached;
    gate.open();
    await expect(outcome).resolves.toBe('done');
    looked.open();
    await expect(cancelled).rejects.toMatchObject({ code: 'operation_ended', httpStatus: 409 });
    expect(await operations.get(operationId)).toMatchObject({
      status: 'completed',
      result: 'done',
      cancel_requested_at: null,
      cancel_reason: null,
    });
  });

  test('the operation ends before the cancel is stored: it is no longer cancelling', async () => {
    const { store, gate } = storeThatHolds('cancelled');
    const { launch, operations } = memoryService(store);
    const { operationId, outcome } = await launch(({ sleep }) => sleep(60_000));
    await settle();
    await operations.cancel(operationId, { reason: 'first' });
    await gate.reached;
    expect(await operations.cancel(operationId, { reason: 'second' })).toMatchObject({
      status: 'cancelling',
    });
    gate.open();
    await expect(outcome).rejects.toThrow('first');
    expect(await operations.get(operationId)).toMatchObject({ status: 'cancelled', cancel_reason: 'first' });
  });
});

describe('twice', () => {
  test('one after the other: force reaches the token, and the first reason stays', async () => {
    const { launch, operations } = memoryService();
    const gate = new Gate();
    let context: OperationContext | undefined;
    const { operationId, outcome } = await launch(async (given) => {
      context = given;
      await gate.pass();
      given.token.throwIfCancelled();
    });
    await gate.reached;
    await operations.cancel(operationId, { reason: 'first' });
    expect(context?.token.isForced).toBe(false);
    const again = await operations.cancel(operationId, { reason: 'second', force: true });
    expect(again).toMatchObject({ status: 'cancelling', message: 'The operation is being stopped at once.' });
    expect([context?.token.isForced, context?.token.reason]).toEqual([true, 'first']);
    gate.open();
    await expect(outcome).rejects.toThrow('first');
  });

  test('at once: both get cancelling as the answer, and one request is recorded', async () => {
    const store = new MemoryOperationStore();
    const { launch, operations } = memoryService(store);
    const { gate, run } = gatedWork();
    const { operationId, outcome } = await launch(run);
    await gate.reached;
    const looked = holdNextLook(store);
    const slow = operations.cancel(operationId, { reason: 'slow' });
    await looked.reached;
    const quick = await operations.cancel(operationId, { reason: 'quick' });
    looked.open();
    expect([quick.status, (await slow).status]).toEqual(['cancelling', 'cancelling']);
    gate.open();
    await expect(outcome).rejects.toThrow('quick');
    const history = await operations.history(operationId);
    expect(history.map(({ status }) => status)).toEqual(['pending', 'running', 'cancelling', 'cancelled']);
    expect((await operations.get(operationId)).cancel_reason).toBe('quick');
  });

  test('before the start: the second request arrives after the end', async () => {
    const { store, gate } = storeThatHolds('running');
    const { launch, operations } = memoryService(store);
    const { operationId, outcome } = await launch(async () => 'never');
    await gate.reached;
    await operations.cancel(operationId);
    await expect(operations.cancel(operationId, { force: true })).rejects.toMatchObject({
      code: 'operation_ended',
      details: { status: 'cancelled' },
    });
    gate.open();
    await expect(outcome).rejects.toThrow(OperationCancelledError);
  });
});

describe('after the end', () => {
  test.each([
    ['completed', async () => 1],
    ['failed', () => Promise.reject(new Error('broken'))],
    ['cancelled', () => Promise.reject(new OperationCancelledError())],
  ])('an operation that has %s is operation_ended', async (status, run) => {
    const { launch, operations } = memoryService();
    const { operationId, outcome } = await launch<unknown>(run);
    await outcome.catch(() => {});
    await expect(operations.cancel(operationId)).rejects.toMatchObject({
      code: 'operation_ended',
      httpStatus: 409,
      details: { status },
    });
  });
});
