import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonProblem } from './json-structure.js';
import { propertyRuns } from './testing/property-runs.js';

const LIMITS = { depth: 3, values: 6, fields: 3 };

describe('the structure of a JSON text', () => {
  test.each([
    ['{"a":{"b":[[1]]}}', { kind: 'depth', path: 'a.b.0', at: 11 }],
    ['[1,2,3,4,5,6,7]', { kind: 'values', path: '5', at: 12 }],
    ['{"x":{"a":1,"b":2,"c":3,"d":4}}', { kind: 'fields', path: 'x', at: 24 }],
    ['{"a":1,"b":{"c":1,"\\u0063":2}}', { kind: 'twice', path: 'b.c', at: 18 }],
    ['{"a":1,"a":[[[[', { kind: 'depth', path: 'a.0.0', at: 13 }],
    ['{"a":"[[[[,,,,,,,,\\"{{{{"}', null],
    ['["\\\\",{"a":1},"\\""]', null],
    ['"an open text', null],
    [']]]},,', null],
    ['', null],
  ])('of %s', (text, problem) => {
    expect(jsonProblem(text, LIMITS)).toEqual(problem);
  });

  test('of every value is counted as its parser counts it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const [depth, values] = [depthOf(value), sizeOf(value)];
        expect(jsonProblem(text, { depth, values })).toBeNull();
        if (depth > 0) expect(jsonProblem(text, { depth: depth - 1, values })?.kind).toBe('depth');
        if (values > 0) expect(jsonProblem(text, { depth, values: values - 1 })?.kind).toBe('values');
      }),
      { numRuns: propertyRuns() },
    );
  });
});

function depthOf(value: unknown): number {
  return isContainer(value) ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

/** An object or list counts one, and each of its entries after the first. */
function sizeOf(value: unknown): number {
  if (!isContainer(value)) return 0;
  const entries = Object.values(value);
  return 1 + Math.max(0, entries.length - 1) + entries.reduce<number>((sum, entry) => sum + sizeOf(entry), 0);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
