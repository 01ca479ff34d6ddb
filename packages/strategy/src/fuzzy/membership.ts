import type { Membership, MembershipType } from '../model.js';

/**
 * Degrees 0..1 of values: reads `from` at a stride of 1, writes `to` at a stride of `width` from `at` on, `count` of them.
 * An undefined (`NaN`) or infinite value has an undefined degree.
 */
type WriteDegrees = (
  from: Float64Array,
  start: number,
  count: number,
  to: Float32Array | Float64Array,
  at: number,
  width: number,
) => void;

interface MembershipKind {
  /** Names of the parameters, for messages. */
  parameters: readonly string[];
  /** What is wrong with the numbers, or `null`. */
  problem(parameters: readonly number[]): string | null;
  degrees(parameters: readonly number[]): WriteDegrees;
}

/**
 * The membership functions. Corners count as the plateau: a triangle is 1 at b, a trapezoid on [b, c], also where a = b
 * or c = d; outside the support the degree is 0, so that no side is an open shoulder.
 */
export const MEMBERSHIP_KINDS: Readonly<Record<MembershipType, MembershipKind>> = {
  triangular: {
    parameters: ['a', 'b', 'c'],
    problem: notAscending,
    degrees: ([a, b, c]) => trapezoid(a!, b!, b!, c!),
  },
  trapezoidal: {
    parameters: ['a', 'b', 'c', 'd'],
    problem: notAscending,
    degrees: ([a, b, c, d]) => trapezoid(a!, b!, c!, d!),
  },
  gaussian: {
    parameters: ['mu', 'sigma'],
    problem: ([, sigma]) => (sigma! > 0 ? null : `sigma is ${sigma}; must be above 0`),
    degrees:
      ([mu, sigma]) =>
      (from, start, count, to, at, width) => {
        for (let t = start, end = start + count, out = at; t < end; t++, out += width) {
          const distance = (from[t]! - mu!) / sigma!;
          to[out] = Math.exp(-0.5 * distance * distance) + nothing(from[t]!);
        }
      },
  },
  sigmoid: {
    parameters: ['centre', 'steepness'],
    problem: ([, steepness]) =>
      steepness === 0 ? 'steepness is 0; must be positive (rising) or negative (falling)' : null,
    degrees:
      ([centre, steepness]) =>
      (from, start, count, to, at, width) => {
        for (let t = start, end = start + count, out = at; t < end; t++, out += width) {
          to[out] = 1 / (1 + Math.exp(-steepness! * (from[t]! - centre!))) + nothing(from[t]!);
        }
      },
  },
};

/** What writes the degrees of a membership. */
export function degreesWriter({ type, parameters }: Membership): WriteDegrees {
  return MEMBERSHIP_KINDS[type].degrees(parameters);
}

function trapezoid(a: number, b: number, c: number, d: number): WriteDegrees {
  return (from, start, count, to, at, width) => {
    for (let t = start, end = start + count, out = at; t < end; t++, out += width) {
      const x = from[t]!;
      let degree = nothing(x);
      if (x >= b && x <= c) degree = 1;
      else if (x > a && x < b) degree = (x - a) / (b - a);
      else if (x > c && x < d) degree = (d - x) / (d - c);
      to[out] = degree;
    }
  };
}

/** 0, but `NaN` for what is undefined or infinite. */
function nothing(x: number): number {
  return x - x;
}

function notAscending(parameters: readonly number[]): string | null {
  const rising = parameters.every((value, index) => index === 0 || parameters[index - 1]! <= value);
  return rising ? null : `[${parameters.join(', ')}] is not in ascending order`;
}
