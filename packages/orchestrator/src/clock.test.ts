import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { systemClock, systemRandomId, type Clock } from './clock.js';
import { FakeClock, settle } from './testing/fake-clock.js';

const clocks: [string, () => Clock & { advance?: FakeClock['advance'] }][] = [
  ['the system clock', () => systemClock],
  ['the fake clock', () => new FakeClock()],
];

describe.each(clocks)('%s', (_name, make) => {
  test('sleeps and calls timers', async () => {
    const clock = make();
    const before = [clock.now(), clock.monotonic()] as const;
    const order: string[] = [];
    const slept = clock.sleep(20).then(() => order.push('slept'));
    const called = new Promise<void>((resolve) => clock.setTimer(5, () => resolve(void order.push('timer'))));
    await clock.advance?.(20);
    await Promise.all([slept, called]);
    expect(order).toEqual(['timer', 'slept']);
    expect(clock.monotonic() - before[1]).toBeGreaterThanOrEqual(19);
    expect(clock.now() - before[0]).toBeGreaterThanOrEqual(19);
  });

  test('a cancelled timer does not fire', async () => {
    const clock = make();
    let fired = false;
    clock.setTimer(1, () => void (fired = true))();
    const slept = clock.sleep(10);
    await clock.advance?.(10);
    await slept;
    expect(fired).toBe(false);
  });

  test('a sleep rejects with the reason of its signal, and leaves no listener behind', async () => {
    const clock = make();
    const reason = new Error('enough');
    await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const slept = clock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(slept).rejects.toBe(reason);
    const other = new AbortController();
    const short = clock.sleep(1, other.signal);
    await clock.advance?.(1);
    await short;
    expect(getEventListeners(other.signal, 'abort')).toHaveLength(0);
  });
});

test('the fake clock fires timers in order of time, including timers that other timers set', async () => {
  const clock = new FakeClock();
  const order: string[] = [];
  clock.setTimer(30, () => order.push(`late ${clock.monotonic()}`));
  clock.setTimer(10, () => {
    order.push(`early ${clock.monotonic()}`);
    clock.setTimer(10, () => order.push(`set by early ${clock.monotonic()}`));
  });
  await clock.advance(29);
  expect(order).toEqual(['early 10', 'set by early 20']);
  await clock.advance(1);
  expect(order.at(-1)).toBe('late 30');
  expect(clock.waiting).toBe(0);
});

test('system ids do not repeat and fit an operation id', async () => {
  const ids = new Set(Array.from({ length: 1000 }, systemRandomId));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{10}$/);
  await settle();
});
