import { describe, expect, test } from '@jest/globals';
import { RandomStream } from '@ktrdr/statistics';
import { JointEntries, type HeldSteps } from './joint-entries.js';

/** Pairs of positions in two symbols, the second one step later, and `gap` steps from pair to pair. */
function pairs(count: number, gap: number): HeldSteps[] {
  return Array.from({ length: count }, (_, i) => i * gap).flatMap((start) => [
    { symbol: 0, start, end: start + 3 },
    { symbol: 1, start: start + 1, end: start + 4 },
  ]);
}

describe('Joint entries', () => {
  test.each([
    { groups: 3, name: 'few groups keep their distances' },
    { groups: 20, name: 'many groups move by themselves' },
  ])('positions that overlap move together, to each step; $name', ({ groups }) => {
    const steps = 200;
    const range = { first: 0, last: steps - 1 };
    const entries = new JointEntries(pairs(groups, 8), [range, range]);
    const random = RandomStream.derive(1, 'joint');
    const seen = new Int32Array(steps);
    let together = 0;
    let [apart, overlaps] = [0, 0];
    for (let draw = 0; draw < 4_000; draw += 1) {
      entries.draw(random);
      const { entry } = entries;
      seen[entry[0]!]! += 1;
      for (let i = 0; i < entry.length; i += 2) {
        if ((entry[i + 1]! - entry[i]! + steps) % steps !== 1) apart += 1;
      }
      if ((entry[2]! - entry[0]! + steps) % steps === 8) together += 1;
      const sorted = entry.filter((_, i) => i % 2 === 0).sort();
      for (let i = 1; i < sorted.length; i += 1) if (sorted[i]! - sorted[i - 1]! < 4) overlaps += 1;
    }
    expect([apart, overlaps]).toEqual([0, 0]);
    // 20 expected at each step
    expect(Math.min(...seen)).toBeGreaterThan(0);
    expect(Math.max(...seen)).toBeLessThan(45);
    if (groups === 3) expect(together).toBe(4_000);
    else expect(together).toBeLessThan(1_000);
  });

  test('a symbol with a shorter range stays within it', () => {
    const entries = new JointEntries(
      [
        { symbol: 0, start: 10, end: 20 },
        { symbol: 1, start: 95, end: 100 },
      ],
      [
        { first: 0, last: 99 },
        { first: 90, last: 99 },
      ],
    );
    const random = RandomStream.derive(2, 'range');
    for (let draw = 0; draw < 100; draw += 1) {
      entries.draw(random);
      expect(entries.entry[1]).toBeGreaterThanOrEqual(90);
      expect(entries.entry[1]).toBeLessThanOrEqual(99);
    }
  });
});
