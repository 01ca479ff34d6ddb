import { expect, test } from '@jest/globals';
import { SharedReads } from './shared-reads.js';

test('those who ask in the same turn share a read that begins after the last of them has asked', async () => {
  let value = 'old';
  const keys: string[] = [];
  const reads = new SharedReads<string>();
  const get = (key: string) =>
    reads.get(key, () => {
      keys.push(key);
      return Promise.resolve(`${key} ${value}`);
    });
  const first = get('a');
  value = 'new';
  const others = [get('a'), get('b')];
  expect(await Promise.all([first, ...others])).toEqual(['a new', 'a new', 'b new']);
  expect(keys).toEqual(['a', 'b']);
  value = 'newer';
  expect(await get('a')).toBe('a newer');
});

test('callers that arrive during a read share the next read, and a failure is not cached', async () => {
  const started: ((value: number) => void)[] = [];
  let fails = true;
  const reads = new SharedReads<number>();
  const get = () =>
    reads.get('a', () => {
      if (fails) return Promise.reject(new Error('no disk'));
      return new Promise<number>((resolve) => started.push(resolve));
    });
  await expect(Promise.all([get(), get()])).rejects.toThrow('no disk');
  fails = false;
  const first = get();
  while (started.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = get();
  await new Promise((resolve) => setImmediate(resolve));
  const third = get();
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toHaveLength(1);
  started[0]!(1);
  expect(await first).toBe(1);
  while (started.length === 1) await new Promise((resolve) => setImmediate(resolve));
  started[1]!(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  const fourth = get();
  while (started.length === 2) await new Promise((resolve) => setImmediate(resolve));
  started[2]!(3);
  expect(await fourth).toBe(3);
});
