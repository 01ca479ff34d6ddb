import { describe, expect, test } from '@jest/globals';
import { MemoryOperationStore } from './memory-operation-store.js';
import { newOperation, type StatusChange } from './operation.js';
import type { NewOperation, OperationStore, StoredOperation } from './operation-store.js';
import { operationStoreConformance } from './testing/operation-store-conformance.js';

const METADATA = {
  parameters: {},
};
const AT = '2026-01-05T10:00:00.000Z';

async function create(
  store: MemoryOperationStore,
  id: string,
  { ended }: { ended: boolean },
  taskId?: string,
) {
  const operation = newOperation({ id, type: 'dummy', metadata: METADATA, createdAt: AT });
  await store.create({ operation, request: null, taskId, lease: { owner: 'one', ms: 60_000 } });
  if (ended) await store.transition(id, 1, ['pending'], { to: 'cancelled', at: AT, reason: null });
}

describe('the memory store', () => {
  test.each(operationStoreConformance(async () => ({ store: new MemoryOperationStore() })))(
    '$name',
    ({ run }) => run(),
  );

  test('forgets the least recently used ended operation beyond its bound', async () => {
    const store = new MemoryOperationStore({ maxEnded: 2 });
    await create(store, 'a', { ended: true });
    await create(store, 'b', { ended: true });
    await store.get('a');
    await create(store, 'c', { ended: true });
    expect(await store.get('b')).toBeNull();
    expect((await store.list({ limit: 9, offset: 0 })).operations.map((each) => each.operation_id)).toEqual([
      'c',
      'a',
    ]);
  });

  test('never forgets an operation that has not ended', async () => {
    const store = new MemoryOperationStore({ maxEnded: 1 });
    await create(store, 'open', { ended: false });
    for (const id of ['a', 'b', 'c']) await create(store, id, { ended: true });
    expect((await store.get('open'))?.operation.status).toBe('pending');
    expect((await store.list({ limit: 9, offset: 0 })).total_count).toBe(2);
  });

  test('a task id is free again when its operation is forgotten', async () => {
    const store = new MemoryOperationStore({ maxEnded: 1 });
    await create(store, 'a', { ended: true }, 'nightly');
    await create(store, 'b', { ended: true });
    await create(store, 'c', { ended: false }, 'nightly');
    expect((await store.get('c'))?.operation.status).toBe('pending');
  });

  test('an operation that runs again is not forgotten', async () => {
    const store = new MemoryOperationStore({ maxEnded: 1 });
    await create(store, 'a', { ended: true });
    await store.transition('a', 1, ['cancelled'], { to: 'pending', at: AT, from: 'beginning' });
    await create(store, 'b', { ended: true });
    expect((await store.get('a'))?.operation.attempt).toBe(2);
    expect((await store.get('b'))?.operation.status).toBe('cancelled');
  });
});

describe('the conformance suite', () => {
  /** Names of the cases that a store does not pass. */
  async function failures(makeStore: () => OperationStore): Promise<string[]> {
    const failed: string[] = [];
    for (const { name, run } of operationStoreConformance(async () => ({ store: makeStore() }))) {
      await run().catch(() => failed.push(name));
    }
    return failed;
  }

  test('catches a store that hands out what it stores', async () => {
    class Leaking extends MemoryOperationStore {
      private readonly handedOut = new Map<string, StoredOperation | null>();

      override async get(id: string): Promise<StoredOperation | null> {
        const stored = this.handedOut.get(id) ?? (await super.get(id));
        this.handedOut.set(id, stored);
        return stored;
      }
    }
    expect(await failures(() => new Leaking())).toContain('no reader can change what others read');
  });

  test('catches a store that changes a status unconditionally', async () => {
    class Unconditional extends MemoryOperationStore {
      override async transition(id: string, epoch: number, _from: unknown, change: StatusChange) {
        return super.transition(id, epoch, ['pending', 'running', 'cancelling'], change);
      }
    }
    expect(await failures(() => new Unconditional())).toContain(
      'a status changes only from the given statuses, and the result has the current one',
    );
  });

  test('catches a store that does not know task ids', async () => {
    class Forgetful extends MemoryOperationStore {
      override create({ taskId: _forgotten, ...operation }: NewOperation) {
        return super.create(operation);
      }
    }
    expect(await failures(() => new Forgetful())).toEqual([
      'a known task id gives the operation that has it and writes nothing',
      'concurrent creations with one task id give one operation',
      'an operation above the number of waiting ones of its type is too_many_waiting',
    ]);
  });

  test('closes every store that it was given, also after a failure', async () => {
    let open = 0;
    const cases = operationStoreConformance(async () => {
      open++;
      const store = new MemoryOperationStore();
      store.get = () => Promise.reject(new Error('broken'));
      return { store, close: async () => void open-- };
    });
    const outcomes = await Promise.allSettled(cases.map(({ run }) => run()));
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    expect(open).toBe(0);
  });
});
