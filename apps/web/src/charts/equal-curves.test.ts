import { expect, test } from '@jest/globals';
import type { Curve } from './curve.js';
import { showEqual } from './equal-curves.js';

const curve = (name: string, values: (number | null)[], more: Partial<Curve> = {}): Curve => ({
  name,
  values,
  series: 1,
  ...more,
});

test('curves that cover each other are told apart, and named', () => {
  const curves = [
    curve('A', [0, 1]),
    curve('B', [null, 1]),
    curve('C', [0, 1]),
    curve('D', [null, 1]),
    curve('E', [0, 1]),
    curve('F', [0, 2]),
  ];
  const { curves: shown, notes } = showEqual(curves);
  expect(shown.map(({ name, isDashed = false }) => [name, isDashed])).toEqual([
    ['A', false],
    ['B', false],
    ['C', true],
    ['D', true],
    ['E', true],
    ['F', false],
  ]);
  expect(notes).toEqual(['A, C and E have the same curve.', 'B and D have the same curve.']);
});

test('raw values behind smoothed ones are not named', () => {
  const curves = [curve('A', [0, 1], { isFaint: true }), curve('B', [0, 1], { isFaint: true })];
  expect(showEqual(curves)).toEqual({ curves, notes: [] });
});
