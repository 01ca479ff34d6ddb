import assert from 'node:assert/strict';
import type { Lease, OperationStore } from '../operation-store.js';
import {
  AT,
  CANCEL,
  COMPLETE,
  LATER,
  LEASE,
  RESUME,
  RUN,
  assertSame,
  create,
  get,
  running,
  sample,
} from './conformance-operations.js';

const OTHER: Lease = { owner: 'two', ms: 60_000 };
const OVER: Lease = { owner: 'one', ms: 0 };

/** A running operation whose owner is gone. */
async function abandoned(store: OperationStore, number = 1): Promise<string> {
  const { operation_id } = await running(store, number);
  await store.release(operation_id, 1);
  return operation_id;
}

/** Requirements for every store: owners, epochs and history. */
export const LEASE_CASES: Record<string, (store: OperationStore) => Promise<void>> = {
  'the request is returned unchanged': async (store) => {
    const { operation } = await create(store, sample(1));
    const { parameters } = sample(1).metadata;
    assertSame(await store.getRequest(operation.operation_id), { parameters });
    await assert.rejects(store.getRequest('op_training_20260105T100000_none'), {
      code: 'operation_not_found',
    });
  },

  'an operation belongs to its creator, and its first epoch is 1': async (store) => {
    const { operation, epoch, owner } = await create(store, sample(1));
    assertSame({ epoch, owner }, { epoch: 1, owner: 'one' });
    assertSame(await store.get(operation.operation_id), {
      operation,
      epoch: 1,
      owner: 'one',
      cancelForced: false,
    });
  },

  'an operation is taken over only after its lease has ended, and only once': async (store) => {
    const kept = await running(store, 1);
    const left = await abandoned(store, 2);
    const taken = (
      await Promise.all(
        [1, 2, 3].map((number) => store.takeOver({ owner: `new ${number}`, ms: 60_000 }, LATER, 10)),
      )
    ).flat();
    assertSame(
      taken.map(({ operation, epoch, previousOwner }) => [operation.operation_id, epoch, previousOwner]),
      [[left, 2, 'one']],
    );
    assertSame(taken[0]?.request, { parameters: sample(2).metadata.parameters });
    const stored = await store.get(left);
    assertSame(stored?.owner, taken[0]?.owner);
    assertSame(stored?.epoch, 2);
    assertSame((await store.get(kept.operation_id))?.epoch, 1);
    assertSame(await store.takeOver(OTHER, LATER, 10), []);
  },

  'the previous owner cannot write after a takeover': async (store) => {
    const id = await abandoned(store);
    await store.takeOver(OTHER, LATER, 10);
    const before = await store.get(id);
    assert.equal((await store.transition(id, 1, ['running'], COMPLETE)).changed, false);
    const saved = { progress: sample(1).progress, warnings: ['stale'], resumable: true };
    assert.equal(await store.saveProgress(id, 1, saved), false);
    assertSame(await store.renew(LEASE, new Map([[id, 1]])), []);
    await store.release(id, 1);
    assertSame(await store.takeOver(LEASE, LATER, 10), []);
    assertSame(await store.get(id), before);
    assert.equal((await store.transition(id, 2, ['running'], COMPLETE)).changed, true);
  },

  'operations are taken over oldest first, up to the limit; ended ones never': async (store) => {
    const ids = [];
    for (const number of [1, 2, 3, 4]) ids.push(await abandoned(store, number));
    await store.transition(ids[1] as string, 1, ['running'], COMPLETE);
    const first = await store.takeOver(OTHER, LATER, 2);
    const second = await store.takeOver(OTHER, LATER, 2);
    assertSame(
      [first, second].map((taken) => taken.map(({ operation }) => operation.operation_id)),
      [[ids[0], ids[2]], [ids[3]]],
    );
  },

  'takes over the operations of a dead owner at once, and only those': async (store) => {
    const gone = await running(store, 1);
    const created = (number: number, lease: Lease) =>
      store.create({ operation: sample(number), request: null, lease });
    const kept = await created(2, OTHER);
    const ended = await created(3, { owner: 'three', ms: 60_000 });
    await store.transition(ended.operation.operation_id, 1, ['pending'], {
      to: 'cancelled',
      at: LATER,
      reason: null,
    });
    assertSame((await store.owners()).toSorted(), ['one', 'two']);
    const [taken, ...more] = await store.takeOver({ owner: 'new', ms: 60_000 }, LATER, 10, ['one', 'three']);
    assertSame([taken?.operation.operation_id, taken?.epoch, more.length], [gone.operation_id, 2, 0]);
    assertSame((await store.get(kept.operation.operation_id))?.owner, 'two');
    assertSame((await store.owners()).toSorted(), ['new', 'two']);
  },

  'a takeover reports when the previous owner was last heard of, or null if it released the lease': async (
    store,
  ) => {
    const { operation_id } = await running(store, 1);
    await running(store, 2);
    // renews the first lease to end 10 s sooner
    await store.renew({ ...LEASE, ms: LEASE.ms - 10_000 }, new Map([[operation_id, 1]]));
    const taken = await store.takeOver({ owner: 'new', ms: LEASE.ms }, LATER, 10, ['one']);
    const [first, second] = taken.map(({ lastHeardAt }) => Date.parse(lastHeardAt ?? ''));
    assert.equal(Math.round(((second as number) - (first as number)) / 1000), 10);
    await store.release(operation_id, 2);
    const [again] = await store.takeOver({ owner: 'newest', ms: LEASE.ms }, LATER, 10);
    assertSame([again?.operation.operation_id, again?.lastHeardAt], [operation_id, null]);
  },

  'a takeover does not change the status of a pending or cancelling operation': async (store) => {
    const pending = (await create(store, sample(1))).operation.operation_id;
    await store.release(pending, 1);
    const cancelling = await abandoned(store, 2);
    await store.transition(cancelling, 1, ['running'], CANCEL);
    const taken = await store.takeOver(OTHER, LATER, 10);
    assertSame(
      taken.map(({ operation: { status, cancel_reason } }) => [status, cancel_reason]),
      [
        ['pending', null],
        ['cancelling', 'enough'],
      ],
    );
  },

  'renewing extends the leases of owned operations and returns these operations': async (store) => {
    const held = await running(store, 1);
    const ended = await running(store, 2);
    const others = await abandoned(store, 3);
    await store.takeOver(OTHER, LATER, 10);
    await store.release(held.operation_id, 1);
    await store.transition(ended.operation_id, 1, ['running'], COMPLETE);
    const operations = new Map([held.operation_id, ended.operation_id, others].map((id) => [id, 1]));
    const renewed = await store.renew(LEASE, operations);
    assertSame(renewed, [await store.get(held.operation_id)]);
    assertSame(await store.takeOver(OTHER, LATER, 10), []);
    await store.renew(OVER, operations);
    assert.equal((await store.takeOver(OTHER, LATER, 10)).length, 1);
    assertSame(await store.renew(LEASE, new Map()), []);
  },

  'the owner sees a cancel by force, until the next attempt': async (store) => {
    const { operation_id } = await running(store);
    await store.forceCancel(operation_id, 1);
    assert.equal((await store.get(operation_id))?.cancelForced, false);
    await store.transition(operation_id, 1, ['running'], CANCEL);
    await store.forceCancel(operation_id, 2);
    assert.equal((await store.get(operation_id))?.cancelForced, false);
    await store.forceCancel(operation_id, 1);
    const [held] = await store.renew(LEASE, new Map([[operation_id, 1]]));
    assert.equal(held?.cancelForced, true);
    assert.equal(held?.operation.status, 'cancelling');
    const cancelled = { to: 'cancelled', at: LATER, reason: null, resumable: true } as const;
    await store.transition(operation_id, 1, ['cancelling'], cancelled);
    await store.transition(operation_id, 1, ['cancelled'], RESUME, OTHER);
    assert.equal((await store.get(operation_id))?.cancelForced, false);
  },

  'the next attempt has the next epoch and the owner who opened it': async (store) => {
    const { operation_id } = await running(store);
    const failed = { to: 'failed', at: LATER, error: { code: 'interrupted', message: 'gone' } } as const;
    await store.transition(operation_id, 1, ['running'], { ...failed, resumable: true });
    const opened = await store.transition(operation_id, 1, ['failed'], RESUME, OTHER);
    assertSame([opened.epoch, opened.owner, opened.operation.attempt], [2, 'two', 2]);
    await store.release(operation_id, 2);
    const [taken] = await store.takeOver(LEASE, LATER, 10);
    assertSame([taken?.epoch, taken?.owner, taken?.operation.attempt], [3, 'one', 2]);
  },

  'a retry starts without progress, a resume keeps it': async (store) => {
    const failed = { to: 'failed', at: LATER, error: { code: 'interrupted', message: 'gone' } } as const;
    for (const [number, from] of [
      [1, 'checkpoint'],
      [2, 'beginning'],
    ] as const) {
      const { operation_id, progress } = await running(store, number);
      const saved = { progress: { ...progress, percentage: 40 }, warnings: [], resumable: true };
      assert.equal(await store.saveProgress(operation_id, 1, saved), true);
      assert.equal((await get(store, operation_id))?.resumable, true);
      await store.transition(operation_id, 1, ['running'], { ...failed, resumable: true });
      const change = { to: 'pending', at: LATER, from } as const;
      const { operation } = await store.transition(operation_id, 1, ['failed'], change, LEASE);
      const expected = from === 'checkpoint' ? [40, true] : [0, false];
      assertSame([operation.progress.percentage, operation.resumable], expected);
    }
  },

  'the history has every change of the status, with its time and its cause': async (store) => {
    const id = await abandoned(store);
    await store.takeOver(OTHER, LATER, 10);
    await store.transition(id, 2, ['running'], CANCEL);
    await store.transition(id, 2, ['running'], COMPLETE);
    const error = { code: 'disk_full', message: 'full' } as const;
    await store.transition(id, 2, ['cancelling'], { to: 'failed', at: LATER, error, resumable: true });
    await store.transition(id, 2, ['failed'], RESUME, LEASE);
    await store.transition(id, 3, ['pending'], { ...RUN, at: LATER });
    assertSame(
      (await store.history(id)).map(({ at, attempt, status, cause }) => [at, attempt, status, cause]),
      [
        [sample(1).created_at, 1, 'pending', null],
        [AT, 1, 'running', null],
        [LATER, 1, 'running', 'taken over: its owner one is gone'],
        [LATER, 1, 'cancelling', 'enough'],
        [LATER, 1, 'failed', 'disk_full: full'],
        [LATER, 2, 'pending', 'resumed from its last checkpoint'],
        [LATER, 2, 'running', null],
      ],
    );
    assertSame(await store.history('op_training_20260105T100000_none'), []);
  },

  'old ended operations are removed with their task id and history': async (store) => {
    const ended = await create(store, sample(1), 'nightly');
    const id = ended.operation.operation_id;
    await store.transition(id, 1, ['pending'], RUN);
    await store.transition(id, 1, ['running'], COMPLETE);
    const kept = await running(store, 2);
    assertSame(await store.removeEnded(LATER, 10), []);
    assertSame(await store.removeEnded('2026-01-06T00:00:00.000Z', 0), []);
    assertSame(await store.removeEnded('2026-01-06T00:00:00.000Z', 10), [id]);
    assert.equal(await store.get(id), null);
    assertSame(await store.history(id), []);
    assert.equal((await create(store, sample(3), 'nightly')).changed, true);
    const list = await store.list({ limit: 10, offset: 0 });
    assertSame([list.total_count, list.active_count], [2, 2]);
    assert.notEqual(await store.get(kept.operation_id), null);
  },

  'every write and every removal calls the listeners': async (store) => {
    const told: string[] = [];
    const stop = store.onWrite((id) => told.push(id ?? 'missed'));
    const { operation_id } = await running(store);
    const saved = { progress: sample(1).progress, warnings: [], resumable: false };
    await store.saveProgress(operation_id, 1, saved);
    await until(() => told.length > 0);
    assert.ok(told.every((id) => id === operation_id));
    await store.transition(operation_id, 1, ['running'], COMPLETE);
    await until(() => told.length > 0);
    told.length = 0;
    await store.removeEnded('2026-01-06T00:00:00.000Z', 10);
    await until(() => told.length > 0);
    assertSame(new Set(told).size, 1);
    const other = await running(store, 2);
    await until(() => told.includes(other.operation_id));
    stop();
    const before = told.length;
    await store.transition(other.operation_id, 1, ['running'], COMPLETE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(told.length, before);
  },
};

/** At most two seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds());
}
