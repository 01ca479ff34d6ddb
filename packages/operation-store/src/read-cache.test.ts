import { beforeEach, expect, test } from '@jest/globals';
import { ReadCache } from './read-cache.js';

let version = 1;
let loads = 0;
let cache: ReadCache;

beforeEach(() => {
  version = 1;
  loads = 0;
  cache = new ReadCache(() => version);
});

const load = async () => {
  await Promise.resolve();
  loads += 1;
  return { load: loads };
};

test('the same state is the same object, until this process or another one writes', async () => {
  const first = await cache.read('a', load);
  expect(await cache.read('a', load)).toBe(first);
  cache.clear();
  const second = await cache.read('a', load);
  expect(second).not.toBe(first);
  version = 2;
  expect(await cache.read('a', load)).toEqual({ load: 3 });
  expect(await cache.read('b', load)).toEqual({ load: 4 });
});

test('a result that was read before a write is not kept', async () => {
  const reading = cache.read('a', load);
  cache.clear();
  expect(await reading).toEqual({ load: 1 });
  expect(await cache.read('a', load)).toEqual({ load: 2 });
});

test('what is missing is not kept, and the number of results is limited', async () => {
  expect(await cache.read('missing', async () => null)).toBeNull();
  expect(await cache.read('missing', load)).toEqual({ load: 1 });
  for (let id = 0; id < 200; id++) await cache.read(`op ${id}`, load);
  expect(await cache.read('missing', load)).toEqual({ load: 202 });
});

test('nothing is kept for a database that cannot tell of other writers', async () => {
  const none = new ReadCache(null);
  expect(await none.read('a', load)).toEqual({ load: 1 });
  expect(await none.read('a', load)).toEqual({ load: 2 });
});
