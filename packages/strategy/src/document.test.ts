import { describe, expect, test } from '@jest/globals';
import { processorMs } from '@ktrdr/contracts/testing';

import { readDocument } from './document.js';
import { formatIssue, IssueList } from './issues.js';
import { LIMITS } from './limits.js';

function read(text: string) {
  const issues = new IssueList('s.yaml');
  const document = readDocument(text, issues);
  return { document, problems: issues.sorted().map(formatIssue) };
}

describe('positions', () => {
  const { document } = read('a: 1\nmap:\n  list: [x, 2.50]\n  "quoted key": TRUE\n');

  test('a scalar has its own position, a map or list that of its key', () => {
    expect(document!.place(['a'])).toEqual({ line: 1, column: 4 });
    expect(document!.place(['map'])).toEqual({ line: 2, column: 1 });
    expect(document!.place(['map', 'list'])).toEqual({ line: 3, column: 3 });
    expect(document!.place(['map', 'list', 1])).toEqual({ line: 3, column: 13 });
    expect(document!.keyPlace(['map', 'quoted key'])).toEqual({ line: 4, column: 3 });
  });

  test('a missing value has the position of its closest existing parent', () => {
    expect(document!.place(['map', 'nothing', 'here'])).toEqual({ line: 2, column: 1 });
    expect(document!.place(['nothing'])).toEqual({ line: 1, column: 1 });
  });

  test('scalars keep their text as written', () => {
    expect(document!.sourceText(['map', 'list', 1])).toBe('2.50');
    expect(document!.sourceText(['map', 'quoted key'])).toBe('TRUE');
    expect(document!.get(['map', 'quoted key'])).toBe(true);
    expect(document!.sourceText(['map'])).toBeNull();
  });

  test('Windows line ends and a byte order mark have no effect', () => {
    const windows = read('\uFEFFa: 1\r\nb:\r\n  c: 2\r\n').document!;
    expect(windows.place(['b', 'c'])).toEqual({ line: 3, column: 6 });
    expect(windows.get(['b', 'c'])).toBe(2);
  });
});

describe('aliases', () => {
  test('stand for their anchor; own keys override merged ones', () => {
    const { document } = read(
      'base: &base {x: 1, y: 2}\na: {<<: *base, y: 3}\nb: {<<: [{x: 5}, *base]}\nc: *base\n',
    );
    expect(document!.get(['a'])).toEqual({ x: 1, y: 3 });
    expect(document!.get(['b'])).toEqual({ x: 5, y: 2 });
    expect(document!.get(['c', 'y'])).toBe(2);
  });

  test.each([
    ['a: *nothing\n', 's.yaml:1:4 a: the alias *nothing has no earlier anchor'],
    ['a: &x [1, *x]\n', 's.yaml:1:11 a[1]: the alias *x contains itself'],
    ['a: {<<: 5}\n', 's.yaml:1:5 a: `<<` needs a map or a list of maps'],
  ])('%j is rejected', (text, problem) => {
    expect(read(text).problems).toEqual([problem]);
  });

  test('that expand exponentially are stopped early', () => {
    const levels = Array.from({ length: 20 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(10)}]`);
    const { document, problems } = read(`l0: &l0 [1, 2, 3]\n${levels.join('\n')}\n`);
    expect(document).toBeNull();
    expect(problems[0]).toBe(
      `s.yaml: the file expands to more than ${LIMITS.documentValues} values; use fewer aliases`,
    );
  });
});

/** `lines` is a file in which one line has the wrong indentation. */
describe('wrong indentation gives one error, at its line, and says what is right', () => {
  const fits = 'fits no line above; keys of the same block begin with the same number of spaces';
  test.each<[lines: string[], problem: string]>([
    [['a:', '  b: 1', ' c: 2', 'd: 3'], `3:2: not valid YAML: this line begins with 1 space, which ${fits}`],
    [
      ['a:', '  b: {c: 1}', '', '    d: 2'],
      `4:5: not valid YAML: this line begins with 4 spaces, which ${fits}`,
    ],
    // the value of a could go on in the next line
    [
      ['a: 1 # one: a', '  b: 2', '  c: 3', 'd: 4'],
      `2:3: not valid YAML: this line begins with 2 spaces, which ${fits}`,
    ],
    // the library rejects every later word
    [
      [' a: 1', 'b:', '  c: {d: 2}', 'e: [3, 4]'],
      `2:1: not valid YAML: this line begins with no spaces, which ${fits}`,
    ],
    [
      ['a:', '\tb: {c: 1}', '\t\td: 1', '  e: 3'],
      '2:1: not valid YAML: this line is indented with a tab; use spaces',
    ],
    [
      ['a:', '  - 1', '- 2'],
      '3:1: not valid YAML: this - has fewer spaces before it than the other items of its list, or than the key of its list',
    ],
  ])('%j', (lines, problem) => {
    expect(read(`${lines.join('\n')}\n`).problems).toEqual([`s.yaml:${problem}`]);
  });
});

describe('invalid YAML', () => {
  test('every problem has its position', () => {
    const { document, problems } = read('a: [1, 2\nb: "x\n');
    expect(document).toBeNull();
    expect(problems.length).toBeGreaterThan(1);
    for (const problem of problems) expect(problem).toMatch(/^s\.yaml:\d+:\d+: not valid YAML: /);
  });

  test('a duplicate key', () => {
    expect(read('a: 1\nm:\n  k: 1\n  b: 2\n  k: 3\na: 2\n').problems).toEqual([
      's.yaml:5:3 m.k: duplicate key, first used in line 3; keep one',
      's.yaml:6:1 a: duplicate key, first used in line 1; keep one',
    ]);
  });

  test('a duplicate key after an empty one', () => {
    expect(read('m:\n  k: 1\n  n:\n  k: 2\n').problems).toEqual([
      's.yaml:4:3 m.k: duplicate key, first used in line 2; keep one, or put spaces before it if it belongs to n in line 3',
    ]);
    // spaces mean nothing between brackets
    expect(read('a: {n: , n: 1}\n').problems).toEqual([
      's.yaml:1:10 a.n: duplicate key, first used in line 1; keep one',
    ]);
  });

  test.each([
    [
      'a: 1\n---\nb: 2\n',
      /^s\.yaml:2:1: a second YAML document starts here; a strategy file must have only one$/,
    ],
    ['? [a, b]\n: 1\n', /^s\.yaml:1:3: this key is not a string; write `key: value`$/],
    ['a:\n\tb: 1\n', /^s\.yaml:2:1: not valid YAML: this line is indented with a tab; use spaces$/],
    [
      'a: [1,\n  2\nb: 3\n',
      /^s\.yaml:3:1: not valid YAML: a bracket is not closed: \] is missing, or its line is not indented$/,
    ],
    ['a: {b: 1', /not valid YAML: a bracket is not closed: \} is missing/],
    ['a: "x\n', /not valid YAML: a quoted string is not closed: " is missing$/],
    ["a: ['x' 'y']\n", /^s\.yaml:1:\d+: not valid YAML: a comma or a colon is missing here$/],
    ['a: {b: 1 c: 2}\n', /not valid YAML: a comma is missing before this, or a bracket is not closed$/],
    ['a: [1, 2] 3\n', /^s\.yaml:1:11: not valid YAML: a comma or a line end is missing before this$/],
    ['a: 1\nb\n', /^s\.yaml:2:1: not valid YAML: a colon is missing: write `key: value`$/],
    ['a: b: c\n', /^s\.yaml:1:\d+: not valid YAML: two colons in one line/],
    ['a: b:\nc: 1\n', /^s\.yaml:1:\d+: not valid YAML: two colons in one line/],
    ['a: b:', /^s\.yaml:1:\d+: not valid YAML: two colons in one line/],
    ['a: @b\n', /^s\.yaml:1:\d+: not valid YAML: a string that starts with @ must be quoted$/],
    ['a: "\\q"\n', /^s\.yaml:1:\d+: not valid YAML: \\q is not a valid escape in double quotes/],
    ['a: [1,,2]\n', /^s\.yaml:1:\d+: not valid YAML: there is an extra comma here$/],
    ['a: !!python/object:os.system x\n', /^s\.yaml:1:4: Unresolved tag: /],
  ])('%j', (text, problem) => {
    expect(read(text).problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('size', () => {
  test('more than a mebibyte is rejected', () => {
    const bytes = LIMITS.fileBytes + 3;
    expect(read(`a: "${'x'.repeat(LIMITS.fileBytes - 2)}"`).problems).toEqual([
      `s.yaml: the file has ${bytes} bytes; at most ${LIMITS.fileBytes} are allowed`,
    ]);
  });

  test.each([
    ['[', 20_000, /nested too deeply; at most 64 levels are allowed$/],
    ['- ', 400_000, /nested too deeply; at most 64 levels are allowed$/],
    ['{a: ', 200_000, /nested too deeply; at most 64 levels are allowed$/],
    ['? ', 400_000, /nested too deeply; at most 64 levels are allowed$/],
    ['# x\n', 250_000, /the file is too long: at most 250000 YAML tokens are allowed$/],
    ['a: 1\n', 200_000, /the file is too long: at most 250000 YAML tokens are allowed$/],
  ])('%j repeated many times is rejected quickly', (part, count, problem) => {
    const text = part.repeat(count);
    const ms = processorMs(() => expect(read(text).problems).toEqual([expect.stringMatching(problem)]));
    expect(ms).toBeLessThan(5_000);
  });

  test('keys of the object prototype are ordinary keys', () => {
    const { document } = read('__proto__: {polluted: 1}\nconstructor: 2\n');
    expect(document!.get(['__proto__', 'polluted'])).toBe(1);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(document!.get(['toString'])).toBeUndefined();
  });
});
