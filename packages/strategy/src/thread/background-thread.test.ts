import { afterEach, expect, test } from '@jest/globals';
import { BackgroundThread } from './background-thread.js';

let thread: BackgroundThread;

afterEach(() => thread.onModuleDestroy());

/** Takes about a second. */
const LONG = Array.from({ length: 20_000 }, (_, index) => `k${index}: !foo 1`).join('\n');

test('a task gives its result, and its error with code and details', async () => {
  thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 1 });
  expect(await thread.run('validateStrategy', 'name: x', 'x.yaml')).toMatchObject({
    valid: false,
    name: 'x',
  });
  await expect(thread.run('parseStrategy', 'name: x', { file: 'x.yaml' })).rejects.toMatchObject({
    code: 'strategy_invalid',
    details: { issues: expect.any(Array) },
  });
  await expect(thread.run('migrateStrategy', null as never, 'x.yaml')).rejects.toThrow(
    'must be of type string',
  );
});

test('a task that takes too long is stopped, and the next one runs', async () => {
  const options = { timeoutMs: 1, mostWaiting: 10 };
  thread = new BackgroundThread(options);
  await expect(thread.run('validateStrategy', LONG, 'x.yaml')).rejects.toMatchObject({
    code: 'computation_timeout',
    message: expect.stringContaining('longer than 0.001 s'),
  });
  options.timeoutMs = 60_000;
  expect(await thread.run('validateStrategy', 'name: x', 'x.yaml')).toMatchObject({ name: 'x' });
});

test('too many waiting tasks are refused, and a stop ends all', async () => {
  thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 1 });
  const tasks = [1, 2, 3].map(() => thread.run('validateStrategy', LONG, 'x.yaml'));
  const outcomes = Promise.allSettled(tasks);
  await thread.onModuleDestroy();
  expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.code)).toEqual([
    'service_stopping',
    'service_stopping',
    'service_busy',
  ]);
});
