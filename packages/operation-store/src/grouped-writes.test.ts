import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GroupedWrites } from './grouped-writes.js';

const done = <T>(value: T) => ({ status: 'fulfilled', value }) as const;

/**
 * Writes numbers. Those with the same last two digits keep their order; those from 1,000 on are urgent.
 *
 * @param write its results; throws what the whole write throws
 */
function numbers(write: (items: readonly number[]) => readonly PromiseSettledResult<number>[]) {
  const groups: number[][] = [];
  const writes = new GroupedWrites({
    write: async (items: readonly number[]) => {
      groups.push([...items]);
      return write(items);
    },
    failsAlone: (error) => (error as Error).message === 'poisoned',
    keyOf: (item) => String(item % 100),
    isUrgent: (item) => item >= 1_000,
  });
  return { groups, writes };
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('items that arrive together share a write, and each gets its own result', async () => {
  const { groups, writes } = numbers((items) =>
    items.map((item) => (item === 2 ? { status: 'rejected', reason: 'refused' } : done(item * 10))),
  );
  const settled = await Promise.allSettled([1, 2, 3].map((item) => writes.add(item)));
  expect(settled).toEqual([done(10), { status: 'rejected', reason: 'refused' }, done(30)]);
  await expect(writes.add(4)).resolves.toBe(40);
  expect(groups).toEqual([[1, 2, 3], [4]]);
});

test('items that arrive during a write wait for the next one; an outage fails all items of its write', async () => {
  let late: Promise<number> | undefined;
  const { groups, writes } = numbers((items) => {
    if (late !== undefined) return items.map(done);
    late = writes.add(3);
    throw new Error('no disk');
  });
  const [first, second] = [writes.add(1), writes.add(2)];
  await expect(first).rejects.toThrow('no disk');
  await expect(second).rejects.toThrow('no disk');
  await expect(late).resolves.toBe(3);
  expect(groups).toEqual([[1, 2], [3]]);
});

test('an item that makes its write fail fails alone, and the others are written in their order', async () => {
  const written: number[] = [];
  const { groups, writes } = numbers((items) => {
    if (items.includes(11)) throw new Error('poisoned');
    written.push(...items);
    return items.map(done);
  });
  const items = Array.from({ length: 64 }, (_, index) => index);
  const settled = await Promise.allSettled(items.map((item) => writes.add(item)));
  expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([11]);
  expect(written).toEqual(items.filter((item) => item !== 11));
  // it is found in as many steps as the group can be halved
  expect(groups.length).toBeLessThanOrEqual(1 + 2 * Math.log2(64));
});

test('a large number of items is written in parts', async () => {
  const { groups, writes } = numbers((items) => items.map(done));
  const items = Array.from({ length: 200 }, (_, index) => index);
  await expect(Promise.all(items.map((item) => writes.add(item)))).resolves.toEqual(items);
  expect(groups.map(({ length }) => length)).toEqual([64, 64, 64, 8]);
});

test('urgent items go first, with the earlier items of their key', async () => {
  const { groups, writes } = numbers((items) => items.map(done));
  const patient = Array.from({ length: 99 }, (_, index) => index);
  const items = [...patient, 180, 1_080, 280, 1_007];
  await Promise.all(items.map((item) => writes.add(item)));
  const first = [80, 180, 1_080, 7, 1_007];
  const rest = patient.filter((item) => item !== 80 && item !== 7);
  expect(groups).toEqual([
    [...first, ...rest.slice(0, 59)],
    [...rest.slice(59), 280],
  ]);
});

test('a key with many items does not keep the others waiting', async () => {
  const { groups, writes } = numbers((items) => items.map(done));
  const many = Array.from({ length: 200 }, () => 1);
  await Promise.all([...many, 2].map((item) => writes.add(item)));
  expect(groups.map((group) => group.indexOf(2))).toEqual([-1, 0, -1, -1]);
});

test('items with the same key keep their order', async () => {
  const item = fc.integer({ min: 0, max: 19 }).map((drawn) => (drawn % 4) + (drawn < 5 ? 1_000 : 0));
  // most arrive together, so that many groups are full
  const turns = fc.integer({ min: -60, max: 3 }).map((drawn) => Math.max(0, drawn));
  const arrivals = fc.array(fc.record({ item, turns }), { maxLength: 500, size: 'max' });
  await fc.assert(
    fc.asyncProperty(arrivals, async (all) => {
      const written: string[] = [];
      const writes = new GroupedWrites<{ item: number; number: number }, number>({
        write: async (items) => {
          await pass(written.length % 4);
          written.push(...items.map(({ item: one, number }) => `${one % 100} ${number}`));
          return items.map(({ number }) => done(number));
        },
        failsAlone: () => false,
        keyOf: ({ item: one }) => String(one % 100),
        isUrgent: ({ item: one }) => one >= 1_000,
      });
      const added: Promise<number>[] = [];
      for (const [number, arrival] of all.entries()) {
        added.push(writes.add({ item: arrival.item, number }));
        await pass(arrival.turns);
      }
      await Promise.all(added);
      for (const key of ['0', '1', '2', '3']) {
        const ofKey = written.filter((line) => line.startsWith(`${key} `));
        const arrived = all.flatMap(({ item: one }, number) =>
          String(one % 100) === key ? [`${key} ${number}`] : [],
        );
        expect(ofKey).toEqual(arrived);
      }
    }),
  );
});
