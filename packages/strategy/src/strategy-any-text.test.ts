import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import { readDocument } from './document.js';
import { IssueList } from './issues.js';
import { FILE } from './test/problems.js';
import { V1, V2, V3 } from './test/strategy-text.js';
import { validateStrategy } from './validate-strategy.js';

describe('any text', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    '- ',
    ', ',
    '\n',
    '  ',
    '"',
    "'",
    '&a ',
    '*a',
    '<<',
    '|',
    '#',
    '!x ',
    'null',
    '.inf',
    '1e999',
    '-1',
    'true',
    'all',
    '\t',
    '\u0000',
    '\uD800',
    '...',
    '---\n',
    '? ',
    '%',
  );

  test.each([
    ['v1', V1],
    ['v2', V2],
    ['v3', V3],
  ])('the result is a list of problems with positions, and never an exception: %s', (_, text) => {
    const splice = fc.record({
      at: fc.nat(text.length),
      remove: fc.nat(30),
      insert: fc.oneof(pieces, fc.string({ maxLength: 5 })),
    });
    fc.assert(
      fc.property(fc.array(splice, { minLength: 1, maxLength: 4 }), (splices) => {
        const changed = splices.reduce(
          (now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove),
          text,
        );
        const { valid, issues } = validateStrategy(changed, FILE);
        const errors = issues.filter(({ severity }) => severity === 'error');
        expect(valid).toBe(errors.length === 0);
        for (const { line, column, message } of errors) {
          expect(message).not.toBe('');
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(changed.split('\n').length);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('any value at any position', () => {
    const document = JSON.parse(JSON.stringify(parseYamlOf(V3))) as Record<string, unknown>;
    const paths = allPaths(document);
    const values = fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1e300,
      0.5,
      '',
      'x',
      'constructor',
      '__proto__',
      [],
      [[]],
      {},
      { type: {} },
      [null],
      ['1h'],
      true,
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, (path, value) => {
        const copy = structuredClone(document);
        let parent: Record<string, unknown> = copy;
        for (const step of path.slice(0, -1)) parent = parent[step] as Record<string, unknown>;
        parent[path.at(-1)!] = value;
        const { issues } = validateStrategy(JSON.stringify(copy), FILE);
        for (const { message } of issues) expect(message).toMatch(/^[^\n]{5,400}$/);
      }),
      { numRuns: 2 * propertyRuns() },
    );
  });
});

/** V3 as data, read by the parser itself. */
function parseYamlOf(text: string): unknown {
  const issues = new IssueList(FILE);
  return readDocument(text, issues)!.root;
}

function allPaths(value: unknown, path: string[] = []): string[][] {
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, child]) => allPaths(child, [...path, key]))];
}
