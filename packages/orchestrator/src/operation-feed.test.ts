import { expect, test } from '@jest/globals';
import { newOperation } from './operation.js';
import { FEED_INTERVAL_MS, OperationFeed, type OperationsChange } from './operation-feed.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import { FakeClock } from './testing/fake-clock.js';

const AT = '2026-01-05T10:00:00.000Z';
const LEASE = { owner: 'one', ms: 60_000 };

function world() {
  const clock = new FakeClock();
  const store = new MemoryOperationStore({ clock });
  const feed = new OperationFeed(store, clock);
  const told: string[] = [];
  const listener = (change: OperationsChange): void => {
    told.push(
      change.type === 'operation'
        ? `${change.operation.status} ${change.operation.progress.percentage}`
        : change.type === 'removed'
          ? `removed ${change.operationId}`
          : 'missed',
    );
  };
  const create = (id = 'op_1') => {
    const operation = newOperation({ id, type: 'dummy', metadata: { parameters: {} }, createdAt: AT });
    return store.create({ operation, request: null, lease: LEASE });
  };
  const save = (percentage: number) => {
    const { progress } = newOperation({ id: '', type: 'dummy', metadata: { parameters: {} }, createdAt: AT });
    return store.saveProgress('op_1', 1, {
      progress: { ...progress, percentage },
      warnings: [],
      resumable: false,
    });
  };
  return { clock, store, feed, told, listener, create, save };
}

test('a change of the status is sent at once, progress at most four times a second, and the last state always', async () => {
  const { clock, store, feed, told, listener, create, save } = world();
  feed.follow(listener);
  await create();
  await clock.advance(0);
  await store.transition('op_1', 1, ['pending'], { to: 'running', at: AT });
  await clock.advance(0);
  expect(told).toEqual(['pending 0', 'running 0']);
  for (let step = 1; step <= 40; step++) {
    await save(step);
    await clock.advance(25);
  }
  const progress = told.slice(2);
  expect(progress.length).toBeLessThanOrEqual(5);
  expect(progress.length).toBeGreaterThanOrEqual(4);
  await clock.advance(FEED_INTERVAL_MS);
  expect(told.at(-1)).toBe('running 40');
  await save(41);
  await store.transition('op_1', 1, ['running'], { to: 'completed', at: AT, result: { large: true } });
  await clock.advance(0);
  expect(told.at(-1)).toBe('completed 100');
});

test('a list gets no result, and listeners share what they get', async () => {
  const { clock, store, feed, create } = world();
  const changes: OperationsChange[][] = [[], []];
  for (const list of changes) feed.follow((change) => list.push(change));
  await create();
  await store.transition('op_1', 1, ['pending'], { to: 'running', at: AT });
  await store.transition('op_1', 1, ['running'], { to: 'completed', at: AT, result: { large: true } });
  await clock.advance(0);
  const last = changes[0]?.at(-1);
  expect(last).toMatchObject({ type: 'operation', operation: { status: 'completed' } });
  expect(last).not.toHaveProperty('operation.result');
  expect(changes[1]?.at(-1)).toBe(last);
});

test('a removed operation is reported as removed', async () => {
  const { clock, store, feed, told, listener, create } = world();
  feed.follow(listener);
  await create();
  await store.transition('op_1', 1, ['pending'], { to: 'cancelled', at: AT, reason: null });
  await clock.advance(0);
  await store.removeEnded('2026-01-06T00:00:00.000Z', 10);
  await clock.advance(0);
  expect(told).toEqual(['pending 0', 'cancelled 0', 'removed op_1']);
});

test('a write that a list does not show is not reported', async () => {
  const { clock, store, feed, told, listener, create } = world();
  feed.follow(listener);
  await create();
  await store.transition('op_1', 1, ['pending'], { to: 'running', at: AT });
  await store.transition('op_1', 1, ['running'], { to: 'cancelling', at: AT, reason: null });
  await clock.advance(0);
  const before = told.length;
  await store.forceCancel('op_1', 1);
  await clock.advance(FEED_INTERVAL_MS);
  expect(told.length - before).toBe(0);
});

test('nothing is read and no timer waits while nobody listens', async () => {
  const { clock, store, feed, listener, create, save } = world();
  let reads = 0;
  const get = store.get.bind(store);
  store.get = (id) => {
    reads += 1;
    return get(id);
  };
  const stop = feed.follow(listener);
  await create();
  await clock.advance(0);
  stop();
  stop();
  const before = reads;
  await save(1);
  await clock.advance(1_000);
  expect([reads - before, clock.waiting]).toEqual([0, 0]);
});

test('what was written during an outage is reported after it', async () => {
  const { clock, store, feed, told, listener, create } = world();
  const get = store.get.bind(store);
  feed.follow(listener);
  store.get = () => Promise.reject(new Error('away'));
  await create();
  await clock.advance(0);
  expect(told).toEqual([]);
  store.get = get;
  await clock.advance(1_000);
  expect(told).toEqual(['pending 0']);
});

test('writes that may have been missed are reported', async () => {
  const { feed, store, told, listener } = world();
  let write = (_id: string | null): void => {};
  store.onWrite = (heard) => {
    write = heard;
    return () => {};
  };
  feed.follow(listener);
  write(null);
  expect(told).toEqual(['missed']);
});
