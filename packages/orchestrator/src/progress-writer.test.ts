import { describe, expect, test } from '@jest/globals';
import { PROGRESS_WRITE_INTERVAL_MS, ProgressWriter } from './progress-writer.js';
import { FakeClock, settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';

/** A writer of a counter that the test increments. */
function counterWriter(hold?: () => Promise<void> | undefined) {
  const clock = new FakeClock();
  const written: number[] = [];
  const errors: unknown[] = [];
  let value = 0;
  const writer = new ProgressWriter(
    clock,
    async () => {
      const now = value;
      await hold?.();
      written.push(now);
    },
    (error) => errors.push(error),
  );
  const change = (urgent = false) => {
    value++;
    writer.touch(clock.monotonic(), urgent);
  };
  return { clock, written, errors, writer, change };
}

describe('the progress writer', () => {
  test('writes the first two changes at once, then at most one per interval', async () => {
    const { clock, written, change } = counterWriter();
    for (let ms = 0; ms < 1000; ms += 10) {
      change();
      await clock.advance(10);
    }
    expect(written).toHaveLength(1000 / PROGRESS_WRITE_INTERVAL_MS + 2);
    expect(written.slice(0, 2)).toEqual([1, 2]);
  });

  test('writes the last change even if nothing follows it', async () => {
    const { clock, written, change } = counterWriter();
    for (let count = 0; count < 50; count++) change();
    await settle();
    expect(written).toEqual([1, 50]);
    change();
    await settle();
    expect(written).toEqual([1, 50]);
    await clock.advance(10 * PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([1, 50, 51]);
    expect(clock.waiting).toBe(0);
  });

  test('an urgent change does not wait for the interval; the next change waits longer', async () => {
    const { clock, written, change } = counterWriter();
    change();
    await settle();
    change();
    await settle();
    change();
    await settle();
    expect(written).toEqual([1, 2]);
    change(true);
    await settle();
    expect(written).toEqual([1, 2, 4]);
    change();
    await clock.advance(PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([1, 2, 4]);
    await clock.advance(PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([1, 2, 4, 5]);
  });

  test('an urgent change during a write is written right after it', async () => {
    const gate = new Gate();
    const { clock, written, change } = counterWriter(() => gate.pass());
    change();
    change(true);
    gate.open();
    await settle();
    expect(written).toEqual([1, 2]);
    expect(clock.monotonic()).toBe(0);
  });

  test('writes although work that never yields keeps its timer from firing', async () => {
    const { clock, written, change } = counterWriter();
    change();
    await settle();
    for (let count = 0; count < 10; count++) {
      clock.skip(PROGRESS_WRITE_INTERVAL_MS / 2);
      change();
      await Promise.resolve();
    }
    expect(written.length).toBeGreaterThanOrEqual(4);
  });

  test('never writes twice at a time, and writes what changed meanwhile', async () => {
    const gate = new Gate();
    let running = 0;
    let most = 0;
    const { clock, written, change } = counterWriter(async () => {
      most = Math.max(most, ++running);
      await gate.pass();
      running--;
    });
    change();
    change();
    await clock.advance(10 * PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([]);
    gate.open();
    await settle();
    expect(written).toEqual([1, 2]);
    expect(most).toBe(1);
  });

  test('continues after a failed write', async () => {
    let broken = true;
    const { clock, written, errors, change } = counterWriter(() =>
      broken ? Promise.reject(new Error('disk full')) : undefined,
    );
    change();
    await settle();
    expect(errors).toEqual([new Error('disk full')]);
    broken = false;
    change();
    await clock.advance(PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([2]);
  });

  test('is silent once stopped', async () => {
    const { clock, written, change, writer } = counterWriter();
    change();
    change();
    writer.stop();
    change();
    await clock.advance(10 * PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([1]);
    expect(clock.waiting).toBe(0);
  });
});
