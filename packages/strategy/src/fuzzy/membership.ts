import type { Membership, MembershipType } from '../model.js';

/** Degree 0..1 of a value; an undefined (`NaN`) or infinite value has an undefined degree. */
type Degree = (x: number) => number;

interface MembershipKind {
  /** Names of the parameters, for messages. */
  parameters: readonly string[];
  /** What is wrong with the numbers, or `null`. */
  problem(parameters: readonly number[]): string | null;
  degree(parameters: readonly number[]): Degree;
}

/**
 * The membership functions. Corners count as the plateau: a triangle is 1 at b, a trapezoid on [b, c], also where a = b
 * or c = d; outside the support the degree is 0, so that no side is an open shoulder.
 */
export const MEMBERSHIP_KINDS: Readonly<Record<MembershipType, MembershipKind>> = {
  triangular: {
    parameters: ['a', 'b', 'c'],
    problem: notAscending,
    degree: ([a, b, c]) => trapezoid(a!, b!, b!, c!),
  },
  trapezoidal: {
    parameters: ['a', 'b', 'c', 'd'],
    problem: notAscending,
    degree: ([a, b, c, d]) => trapezoid(a!, b!, c!, d!),
  },
  gaussian: {
    parameters: ['mu', 'sigma'],
    problem: ([, sigma]) => (sigma! > 0 ? null : `sigma is ${sigma}; must be above 0`),
    degree:
      ([mu, sigma]) =>
      (x) => {
        const distance = (x - mu!) / sigma!;
        return Math.exp(-0.5 * distance * distance);
      },
  },
  sigmoid: {
    parameters: ['centre', 'steepness'],
    problem: ([, steepness]) =>
      steepness === 0 ? 'steepness is 0; must be positive (rising) or negative (falling)' : null,
    degree:
      ([centre, steepness]) =>
      (x) =>
        1 / (1 + Math.exp(-steepness! * (x - centre!))),
  },
};

/** Degrees of a whole series. */
export function membershipDegrees(membership: Membership, values: Float64Array): Float64Array {
  const degrees = new Float64Array(values.length);
  const degree = MEMBERSHIP_KINDS[membership.type].degree(membership.parameters);
  for (let t = 0; t < values.length; t++) {
    const x = values[t]!;
    degrees[t] = Number.isFinite(x) ? degree(x) : Number.NaN;
  }
  return degrees;
}

function trapezoid(a: number, b: number, c: number, d: number): Degree {
  return (x) => {
    if (x >= b && x <= c) return 1;
    if (x > a && x < b) return (x - a) / (b - a);
    if (x > c && x < d) return (d - x) / (d - c);
    return 0;
  };
}

function notAscending(parameters: readonly number[]): string | null {
  const rising = parameters.every((value, index) => index === 0 || parameters[index - 1]! <= value);
  return rising ? null : `[${parameters.join(', ')}] is not in ascending order`;
}
