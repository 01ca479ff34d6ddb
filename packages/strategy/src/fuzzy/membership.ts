import type { Membership, MembershipType } from '../model.js';

/**
 * Writes membership degrees 0..1: reads `count` values of `from`, and writes to `to[at]`, `to[at + width]`, ... An
 * undefined (`NaN`) or infinite value has an undefined degree.
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
  /** The problem of the parameter values, or `null`. */
  problem(parameters: readonly number[]): string | null;
  degrees(parameters: readonly number[]): WriteDegrees;
}

/**
 * The membership functions. Corners belong to the plateau: a triangle is 1 at b and a trapezoid is 1 on [b, c], also if
 * a = b or c = d. Outside the support the degree is 0, so a vertical side is not an open shoulder.
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

/** The function that writes the degrees of a membership. */
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

/** 0, or `NaN` for an undefined or infinite value. */
function nothing(x: number): number {
  return x - x;
}

function notAscending(parameters: readonly number[]): string | null {
  const rising = parameters.every((value, index) => index === 0 || parameters[index - 1]! <= value);
  return rising ? null : `[${parameters.join(', ')}] is not in ascending order`;
}
