import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import { MEMBERSHIP_TYPES } from '../model.js';
import type { Membership, MembershipType } from '../model.js';
import { degreesWriter, MEMBERSHIP_KINDS } from './membership.js';

function degree(type: MembershipType, parameters: number[], x: number): number {
  return degreesOf({ name: 'm', type, parameters }, [x])[0]!;
}

function degreesOf(membership: Membership, values: readonly number[]): Float64Array {
  const degrees = new Float64Array(values.length);
  degreesWriter(membership)(Float64Array.from(values), 0, values.length, degrees, 0, 1);
  return degrees;
}

describe('degrees', () => {
  test.each<[MembershipType, number[], number, number]>([
    ['triangular', [0, 10, 30], -1, 0],
    ['triangular', [0, 10, 30], 0, 0],
    ['triangular', [0, 10, 30], 5, 0.5],
    ['triangular', [0, 10, 30], 10, 1],
    ['triangular', [0, 10, 30], 20, 0.5],
    ['triangular', [0, 10, 30], 30, 0],
    ['trapezoidal', [0, 10, 20, 40], 5, 0.5],
    ['trapezoidal', [0, 10, 20, 40], 10, 1],
    ['trapezoidal', [0, 10, 20, 40], 15, 1],
    ['trapezoidal', [0, 10, 20, 40], 20, 1],
    ['trapezoidal', [0, 10, 20, 40], 30, 0.5],
    ['trapezoidal', [0, 10, 20, 40], 40, 0],
    ['gaussian', [50, 10], 50, 1],
    ['gaussian', [50, 10], 60, Math.exp(-0.5)],
    ['gaussian', [50, 10], 30, Math.exp(-2)],
    ['gaussian', [50, 1e-300], 51, 0],
    ['sigmoid', [50, 0.1], 50, 0.5],
    ['sigmoid', [50, 0.1], 60, 1 / (1 + Math.exp(-1))],
    ['sigmoid', [50, -0.1], 60, 1 / (1 + Math.exp(1))],
    ['sigmoid', [0, 2000], -1e6, 0],
    ['sigmoid', [0, 2000], 1e6, 1],
  ])('%s %j at %d is %d', (type, parameters, x, expected) => {
    expect(degree(type, parameters, x)).toBeCloseTo(expected, 14);
  });

  test.each<[MembershipType, number[], number, number]>([
    ['triangular', [0, 0, 10], 0, 1],
    ['triangular', [0, 0, 10], -0.001, 0],
    ['triangular', [0, 10, 10], 10, 1],
    ['triangular', [0, 10, 10], 10.001, 0],
    ['triangular', [5, 5, 5], 5, 1],
    ['triangular', [5, 5, 5], 5.001, 0],
    ['trapezoidal', [0, 0, 10, 20], 0, 1],
    ['trapezoidal', [0, 0, 10, 20], -0.001, 0],
    ['trapezoidal', [0, 10, 20, 20], 20, 1],
    ['trapezoidal', [0, 10, 20, 20], 20.001, 0],
    ['trapezoidal', [7, 7, 7, 7], 7, 1],
  ])('a vertical side is not an open shoulder: %s %j at %d is %d', (type, parameters, x, expected) => {
    expect(degree(type, parameters, x)).toBe(expected);
  });

  test.each(MEMBERSHIP_TYPES)('%s of an undefined or infinite value is undefined', (type) => {
    const parameters = MEMBERSHIP_KINDS[type].parameters.map((_, index) => index + 1);
    for (const x of [Number.NaN, Infinity, -Infinity]) expect(degree(type, parameters, x)).toBeNaN();
  });

  test.each(MEMBERSHIP_TYPES)('%s: part of a series is written into a matrix column', (type) => {
    const parameters = MEMBERSHIP_KINDS[type].parameters.map((_, index) => index + 1);
    const membership = { name: 'm', type, parameters };
    const values = [0.5, 1.5, 2, 2.5, 3.5];
    const matrix = new Float32Array(3 * 4).fill(-1);
    degreesWriter(membership)(Float64Array.from(values), 1, 3, matrix, 2, 4);
    const expected = Float32Array.from(degreesOf(membership, values.slice(1, 4)));
    expect([...matrix]).toEqual([...expected].flatMap((degree) => [-1, -1, degree, -1]));
  });

  test('stay between 0 and 1 for any sets and values', () => {
    const number = fc.double({ min: -1e15, max: 1e15, noNaN: true });
    const memberships = fc.constantFrom(...MEMBERSHIP_TYPES).chain((type) => {
      const count = MEMBERSHIP_KINDS[type].parameters.length;
      const numbers = fc.array(number, { minLength: count, maxLength: count });
      return numbers
        .map((values) => (count >= 3 ? values.toSorted((a, b) => a - b) : values))
        .filter((parameters) => MEMBERSHIP_KINDS[type].problem(parameters) === null)
        .map((parameters): Membership => ({ name: 'm', type, parameters }));
    });
    fc.assert(
      fc.property(memberships, fc.array(number, { minLength: 1 }), (membership, values) => {
        const around = [...values, ...membership.parameters];
        return degreesOf(membership, around).every((x) => x >= 0 && x <= 1);
      }),
      { numRuns: propertyRuns() },
    );
  });
});
