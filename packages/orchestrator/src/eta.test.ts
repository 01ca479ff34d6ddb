import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EtaEstimator } from './eta.js';

/** Seconds left after steady work of `rate` percent a second, reported every `everyMs`, for `seconds`. */
function steady(rate: number, everyMs: number, seconds: number): number | null {
  const eta = new EtaEstimator(0);
  for (let now = everyMs; now <= seconds * 1000; now += everyMs) eta.observe(now, (rate * now) / 1000);
  const left = eta.remaining(seconds * 1000);
  return left === null ? null : left / 1000;
}

describe('the time left', () => {
  test('is unknown at first, and while nothing moves', () => {
    const eta = new EtaEstimator(0);
    expect(eta.remaining(60_000)).toBeNull();
    eta.observe(500, 1);
    expect(eta.remaining(500)).toBeNull();
  });

  test('is exact for steady work, however often it reports', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 2, noNaN: true }),
        fc.integer({ min: 1, max: 5000 }),
        (rate, everyMs) => {
          const exact = 100 / rate - 40;
          // up to one report may be outstanding
          expect(Math.abs((steady(rate, everyMs, 40) ?? Infinity) - exact)).toBeLessThanOrEqual(
            0.001 * exact + everyMs / 1000,
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test('does not jump when reports come in bursts', () => {
    const eta = new EtaEstimator(0);
    const seen: number[] = [];
    for (let second = 1; second <= 50; second++) {
      // ten quick reports, then none for the rest of the second: 1 % per second on average
      for (let report = 1; report <= 10; report++)
        eta.observe(second * 1000 + report, second - 1 + report / 10);
      if (second > 10) seen.push((eta.remaining(second * 1000 + 10) ?? 0) / 1000 / (100 - second) - 1);
    }
    expect(Math.max(...seen.map(Math.abs))).toBeLessThan(0.1);
  });

  test('counts down between two reports instead of standing still', () => {
    const eta = new EtaEstimator(0);
    for (let report = 1; report <= 10; report++) eta.observe(report * 5000, report * 5);
    const left = eta.remaining(50_000) ?? 0;
    expect(left / 1000).toBeCloseTo(50, 0);
    expect(left - (eta.remaining(53_000) ?? 0)).toBeCloseTo(3000, 3);
  });

  test('grows when the work stalls, and recovers when it continues', () => {
    const eta = new EtaEstimator(0);
    for (let second = 1; second <= 20; second++) eta.observe(second * 1000, second * 2);
    const before = eta.remaining(20_000) ?? 0;
    const stalled = [30_000, 60_000, 120_000].map((now) => eta.remaining(now) ?? 0);
    expect(stalled).toEqual([...stalled].sort((a, b) => a - b));
    expect(stalled[0]).toBeGreaterThan(before);
    expect(stalled.every(Number.isFinite)).toBe(true);
  });

  test('follows a lasting change of speed', () => {
    const eta = new EtaEstimator(0);
    for (let second = 1; second <= 30; second++) eta.observe(second * 1000, second * 2);
    for (let second = 31; second <= 150; second++) {
      eta.observe(second * 1000, 60 + (second - 30) * 0.25);
      const ratio = (eta.remaining(second * 1000) ?? 0) / 1000 / (190 - second);
      if (second >= 90) expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(1.05);
    }
    expect((eta.remaining(150_000) ?? 0) / 1000).toBeGreaterThan(28);
  });

  test('does not rely on the speed of earlier quick steps', () => {
    const eta = new EtaEstimator(0);
    eta.observe(50, 7);
    eta.startStep(50, 7);
    for (let second = 1; second <= 3; second++) eta.observe(50 + second * 1000, 7 + second);
    expect((eta.remaining(3050) ?? 0) / 1000).toBeCloseTo(90, 5);
  });

  test('keeps the old estimate, counting down, until the new step has shown its speed', () => {
    const eta = new EtaEstimator(0);
    for (let second = 1; second <= 10; second++) eta.observe(second * 1000, second * 9);
    const left = eta.remaining(10_000) ?? 0;
    eta.startStep(10_000, 90);
    expect(eta.remaining(10_500)).toBeCloseTo(left - 500, 6);
    expect(eta.remaining(60_000)).toBeNull();
  });
});

test('the smallest possible progress gives no ETA', () => {
  const eta = new EtaEstimator(0);
  eta.observe(2_000, Number.MIN_VALUE);
  expect(eta.remaining(2_000)).toBeNull();
});
