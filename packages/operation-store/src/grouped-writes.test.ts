import { expect, test } from '@jest/globals';
import { GroupedWrites } from './grouped-writes.js';

test('items that arrive together share a write, and each gets its own result', async () => {
  const groups: number[][] = [];
  const writes = new GroupedWrites(async (items: readonly number[]) => {
    groups.push([...items]);
    return items.map((item) => item * 10);
  });
  await expect(Promise.all([1, 2, 3].map((item) => writes.add(item)))).resolves.toEqual([10, 20, 30]);
  await expect(writes.add(4)).resolves.toBe(40);
  expect(groups).toEqual([[1, 2, 3], [4]]);
});

test('items that arrive during a write wait for the next one; a failed write fails only its own items', async () => {
  const groups: number[][] = [];
  const writes = new GroupedWrites(async (items: readonly number[]) => {
    groups.push([...items]);
    if (groups.length === 1) {
      late = writes.add(2);
      throw new Error('no disk');
    }
    return items;
  });
  let late: Promise<number> | undefined;
  await expect(writes.add(1)).rejects.toThrow('no disk');
  await expect(late).resolves.toBe(2);
  expect(groups).toEqual([[1], [2]]);
});

test('a large number of items is written in parts', async () => {
  const sizes: number[] = [];
  const writes = new GroupedWrites(async (items: readonly number[]) => {
    sizes.push(items.length);
    return items;
  });
  const items = Array.from({ length: 200 }, (_, index) => index);
  await expect(Promise.all(items.map((item) => writes.add(item)))).resolves.toEqual(items);
  expect(sizes).toEqual([64, 64, 64, 8]);
});
