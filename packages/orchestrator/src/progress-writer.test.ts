import { describe, expect, test } from '@jest/globals';
import { PROGRESS_WRITE_INTERVAL_MS, ProgressWriter } from './progress-writer.js';
import { FakeClock, settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';

/** A writer of a counter that the test moves. */
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
  const change = () => {
    value++;
    writer.touch(clock.monotonic());
  };
  return { clock, written, errors, writer, change };
}

describe('the progress writer', () => {
  test('writes the first change at once and then at most once an interval', async () => {
    const { clock, written, change } = counterWriter();
    for (let ms = 0; ms < 1000; ms += 10) {
      change();
      await clock.advance(10);
    }
    expect(written).toHaveLength(1000 / PROGRESS_WRITE_INTERVAL_MS + 1);
    expect(written[0]).toBe(1);
  });

  test('writes the last change even if nothing follows it', async () => {
    const { clock, written, change } = counterWriter();
    for (let count = 0; count < 50; count++) change();
    await settle();
    expect(written).toEqual([1]);
    await clock.advance(PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([1, 50]);
    await clock.advance(10 * PROGRESS_WRITE_INTERVAL_MS);
    expect(written).toEqual([1, 50]);
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

  test('goes on after a write that failed', async () => {
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
