import assert from 'node:assert/strict';
import type { StatusChange } from '../operation.js';
import type { OperationStore } from '../operation-store.js';
import {
  assertSame,
  CANCEL,
  COMPLETE,
  LATER,
  LEASE,
  PHASES,
  point,
  RESUME,
  running,
} from './conformance-operations.js';

const CANCELLED: StatusChange = { to: 'cancelled', at: LATER, reason: null, resumable: true };
const RETRY: StatusChange = { to: 'pending', at: LATER, from: 'beginning' };

/** Requirements for the points and phases of operations. `operationStoreConformance` has the other ones. */
export const RECORDS_CASES: Record<string, (store: OperationStore) => Promise<void>> = {
  'points are returned by seed and epoch, replaced and removed; phases are returned unchanged': async (
    store,
  ) => {
    const { operation_id: id } = await running(store);
    const { operation_id: other } = await running(store, 2);
    assertSame([await store.metrics(id), await store.phases(id)], [[], []]);
    const many = Array.from({ length: 500 }, (_, index) => point(1 + index, { seed: 2 }));
    const first = { added: [...many, point(9, { seed: 1 }), point(10, { seed: 1 })], removed: [] };
    assert.equal(await store.saveRecords(id, 1, { metrics: first, phases: PHASES }), true);
    assertSame(await store.metrics(id), [point(9, { seed: 1 }), point(10, { seed: 1 }), ...many]);
    assertSame(await store.phases(id), PHASES);
    const again = point(10, { seed: 1, attempt: 2 });
    const second = { added: [again], removed: [...many.slice(1), { seed: 7, epoch: 1 }] };
    assert.equal(await store.saveRecords(id, 1, { metrics: second, phases: null }), true);
    assertSame(await store.metrics(id), [point(9, { seed: 1 }), again, many[0]]);
    assertSame(await store.phases(id), PHASES);
    const alone = { added: [point(1)], removed: [] };
    assert.equal(await store.saveRecords(other, 1, { metrics: alone, phases: PHASES.slice(0, 1) }), true);
    assertSame([await store.metrics(other), await store.phases(other)], [[point(1)], [PHASES[0]]]);
  },

  'points and phases of an unknown id are empty, whatever characters it has': async (store) => {
    for (const id of ['op_training_20260105T100000_none', 'a\0b', '\ud800']) {
      assertSame([await store.metrics(id), await store.phases(id)], [[], []]);
    }
  },

  'only the owner of an operation that runs writes points and phases (I2)': async (store) => {
    const { operation_id: id } = await running(store);
    const change = { metrics: { added: [point(1)], removed: [] }, phases: PHASES };
    assert.equal(await store.saveRecords(id, 2, change), false);
    assert.equal(await store.saveRecords('op_training_20260105T100000_none', 1, change), false);
    assert.equal((await store.takeOver(LEASE, LATER, 9, [LEASE.owner])).length, 1);
    assert.equal(await store.saveRecords(id, 1, change), false);
    assertSame([await store.metrics(id), await store.phases(id)], [[], []]);
    assert.equal(await store.saveRecords(id, 2, change), true);
    await store.transition(id, 2, ['running'], COMPLETE);
    assert.equal(await store.saveRecords(id, 2, { metrics: null, phases: [] }), false);
    assertSame([await store.metrics(id), await store.phases(id)], [[point(1)], PHASES]);
  },

  'a resume keeps the points, a retry removes them; both keep the phases': async (store) => {
    const { operation_id: id } = await running(store);
    const change = { metrics: { added: [point(1)], removed: [] }, phases: PHASES };
    await store.saveRecords(id, 1, change);
    await store.transition(id, 1, ['running'], CANCEL);
    await store.transition(id, 1, ['cancelling'], CANCELLED);
    const resumed = await store.transition(id, 1, ['cancelled'], RESUME, LEASE);
    assertSame([await store.metrics(id), await store.phases(id)], [[point(1)], PHASES]);
    await store.transition(id, resumed.epoch, ['pending'], CANCELLED);
    await store.transition(id, resumed.epoch, ['cancelled'], RETRY, LEASE);
    assertSame([await store.metrics(id), await store.phases(id)], [[], PHASES]);
  },

  'they are removed with their operation': async (store) => {
    const { operation_id: id } = await running(store);
    await store.saveRecords(id, 1, { metrics: { added: [point(1)], removed: [] }, phases: PHASES });
    await store.transition(id, 1, ['running'], COMPLETE);
    assertSame(await store.removeEnded('2027-01-01T00:00:00.000Z', 10), [id]);
    assertSame([await store.metrics(id), await store.phases(id)], [[], []]);
  },
};
