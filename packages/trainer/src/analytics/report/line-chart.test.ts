import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { lineChart, niceTicks } from './line-chart.js';

describe('niceTicks', () => {
  test('are round numbers around the values', () => {
    expect(niceTicks([0.42, 0.97])).toEqual([0.4, 0.6, 0.8, 1]);
    expect(niceTicks([-3, 12])).toEqual([-5, 0, 5, 10, 15]);
    expect(niceTicks([0.001])).toEqual([0.0005, 0.001, 0.0015]);
    expect(niceTicks([0, 0])).toEqual([-0.5, 0, 0.5]);
    expect(niceTicks([0, -5e-324])).toEqual([-1, -0.5, 0, 0.5]);
    expect(niceTicks([])).toEqual([0, 1]);
  });

  test('include every value, and are few', () => {
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(values, (any) => {
        const ticks = niceTicks(any);
        // Ticks are rounded to 12 digits.
        const size = Math.max(...any.map(Math.abs));
        const tolerance = 1e-9 * (ticks.at(-1)! - ticks[0]!) + 1e-11 * size;
        expect(ticks[0]).toBeLessThanOrEqual(Math.min(...any) + tolerance);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(...any) - tolerance);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
      }),
      { numRuns: propertyRuns() },
    );
  });
});

describe('lineChart', () => {
  test('draws from the first epoch at the left to the last at the right, high values above', () => {
    const picture = lineChart('Loss', [{ name: 'training', values: [1, 0.5, 0] }], 2);
    expect(picture).toContain('<path class="line series-1" d="M58 30L283 118L508 206"/>');
    expect(picture).toContain('<title>training, epoch 2: 0.5</title>');
    expect(picture).toContain('<line class="marked" x1="283" x2="283"');
  });

  test('leaves a gap for values that are not finite, and draws a single epoch', () => {
    const gap = lineChart('Norm', [{ name: 'mean', values: [0, Number.NaN, 1, 0] }], null);
    expect(gap).toContain('d="M58 206M358 30L508 206"');
    expect(lineChart('Norm', [{ name: 'mean', values: [3] }], null)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('a long run is subsampled but keeps its last epoch', () => {
    const picture = lineChart(
      'Loss',
      [{ name: 'training', values: Array.from({ length: 50_000 }, (_, i) => i) }],
      null,
    );
    expect(picture.length).toBeLessThan(12_000);
    expect(picture).toContain('L508 ');
  });
});
