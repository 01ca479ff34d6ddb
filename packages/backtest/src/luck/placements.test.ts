import { describe, expect, test } from '@jest/globals';
import { RandomStream } from '@ktrdr/statistics';
import fc from 'fast-check';
import { Placements } from './placements.js';

describe('Placements', () => {
  test.each([
    { holding: [1, 2], bars: 5, count: 12 },
    // more positions than free bars: the free bars are drawn
    { holding: [1, 1, 2], bars: 5, count: 24 },
  ])('of $holding in $bars bars: all $count are about equally frequent', ({ holding, bars, count }) => {
    const placements = new Placements(Int32Array.from(holding), bars);
    const random = RandomStream.derive(1, 'placements');
    const seen = new Map<string, number>();
    for (let draw = 0; draw < count * 1000; draw += 1) {
      placements.draw(random);
      const name = `${placements.order.join()} at ${placements.entry.join()}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    expect(seen.size).toBe(count);
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(150);
  });

  test('never overlap, and stay within the bars', () => {
    const input = fc.record({
      holding: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
      free: fc.nat(200),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(input, ({ holding, free, seed }) => {
        const bars = holding.reduce((sum, length) => sum + length, 0) + free;
        const placements = new Placements(Int32Array.from(holding), bars);
        placements.draw(RandomStream.derive(seed, 'placements'));
        let end = 0;
        for (const [i, position] of placements.order.entries()) {
          expect(placements.entry[i]).toBeGreaterThanOrEqual(end);
          end = placements.entry[i]! + holding[position]!;
        }
        expect(end).toBeLessThanOrEqual(bars);
        expect(placements.order.toSorted()).toEqual(Int32Array.from(holding.keys()));
      }),
    );
  });

  test('refuse positions that do not fit', () => {
    expect(() => new Placements(Int32Array.of(3, 3), 5)).toThrow(RangeError);
  });
});
