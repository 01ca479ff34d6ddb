import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { type DataArray, packValue, paddedBytes, unpackValue } from './typed-arrays.js';

function bytesOf(arrays: readonly DataArray[]): ArrayBuffer {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + paddedBytes(byteLength), 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += paddedBytes(byteLength);
  }
  return bytes.buffer;
}

function roundTrip(value: unknown): unknown {
  const { text, arrays } = packValue(value);
  return unpackValue(text, bytesOf(arrays), 0);
}

test('every number, text and array comes back exactly, also -0, NaN and infinities', () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(-0, NaN, Infinity, -Infinity));
  const array = fc.oneof(fc.float64Array(), fc.float32Array(), fc.int32Array());
  const { tie } = fc.letrec((rec) => ({
    tie: fc.oneof(
      { maxDepth: 4 },
      number,
      array,
      fc.string(),
      fc.constant(null),
      fc.boolean(),
      fc.array(rec('tie'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => !key.startsWith('$') && key !== '__proto__'),
        rec('tie'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(tie, (value) => {
      expect(roundTrip({ value })).toStrictEqual({ value });
    }),
    { numRuns: propertyRuns() },
  );
});

test('an array that occurs twice is one array, as before', () => {
  const twice = Float32Array.of(1, 2, 3);
  const value = { a: twice, b: [twice], c: twice.slice() };
  const { a, b, c } = roundTrip(value) as typeof value;
  expect(b[0]).toBe(a);
  expect(c).not.toBe(a);
});

test.each([new Map([['a', 1]]), new Set(['a']), Int8Array.of(1)])(
  'refuses what JSON would lose: %p',
  (value) => {
    expect(() => packValue({ value })).toThrow(/cannot be packed/);
  },
);
