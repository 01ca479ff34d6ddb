import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseNumber } from './number.js';

function parse(text: string): number {
  const bytes = Buffer.from(`,${text},`);
  return parseNumber(bytes, 1, bytes.length - 1);
}

describe('parseNumber', () => {
  test('gives exactly the value of Number, in every notation', () => {
    const digits = (from: number, to: number) => fc.stringMatching(new RegExp(`^[0-9]{${from},${to}}$`));
    const decimal = fc.tuple(digits(1, 18), digits(0, 12)).map(([whole, part]) => `${whole}.${part}`);
    const scientific = fc
      .tuple(fc.constantFrom('', '-', '+'), decimal, fc.integer({ min: -300, max: 280 }))
      .map(([sign, text, exponent]) => `${sign}${text}e${exponent}`);
    fc.assert(
      fc.property(fc.oneof(decimal, digits(1, 20), scientific), (text) => {
        expect(parse(text)).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('round-trips every finite double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parse(String(value))).toBe(value + 0);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '',
    '.',
    '-',
    '1.2.3',
    '1,2',
    '1 2',
    'NaN',
    'nan',
    'Infinity',
    '-inf',
    '1e999',
    '0x10',
    '1_000',
    '"1"',
    'null',
    '１',
  ])('%j is not a finite number', (text) => {
    expect(parse(text)).toBeNaN();
  });
});
