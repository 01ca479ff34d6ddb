import type { YAMLError } from 'yaml';

type Problem = Pick<YAMLError, 'code' | 'message'>;

/** What people do wrong in YAML, in words for them; the first that fits. */
const PLAIN_WORDS: readonly (readonly [code: Problem['code'], says: RegExp, plain: string])[] = [
  [
    'BAD_INDENT',
    /must be sufficiently indented and end with a (.)$/,
    'a bracket is not closed: $1 is missing, or its line is not indented',
  ],
  ['BAD_INDENT', /sequence items/, 'the items of this list do not begin in one column'],
  ['BAD_INDENT', /./, 'this line is not indented like the lines it belongs to'],
  ['TAB_AS_INDENT', /./, 'this line is indented with a tab; use spaces'],
  ['MISSING_CHAR', /Missing closing (.)quote/, 'a text in quotes is not closed: $1 is missing'],
  ['MISSING_CHAR', /must end with a (.)$/, 'a bracket is not closed: $1 is missing'],
  ['MISSING_CHAR', /Missing , /, 'a comma or a colon is missing here'],
  ['MISSING_CHAR', /followed by map values/, 'a colon is missing: write `key: value`'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /Nested mappings/,
    'two colons in one line: begin a new line, or put a text that holds a colon into quotes',
  ],
  ['MULTILINE_IMPLICIT_KEY', /./, 'a key goes over several lines: a colon is missing, or a quote is open'],
  ['BAD_SCALAR_START', /with (?:reserved character )?(.*)$/, 'a text that begins with $1 must be in quotes'],
  [
    'BAD_DQ_ESCAPE',
    /sequence (.*)$/,
    '$1 means nothing in double quotes: write the backslash twice, or use single quotes',
  ],
  ['BLOCK_IN_FLOW', /./, 'a comma is missing before this, or a bracket is not closed'],
  ['UNEXPECTED_TOKEN', /at node end$/, 'a comma or a line end is missing before this'],
  ['UNEXPECTED_TOKEN', /^Unexpected , in|empty item/, 'a comma is too much here'],
];

/** A problem that the YAML library found, as a sentence without its technical terms where there is one. */
export function yamlProblem({ code, message }: Problem): string {
  for (const [of, says, plain] of PLAIN_WORDS) {
    const found = of === code ? says.exec(message) : null;
    if (found !== null) return plain.replace('$1', () => found[1] ?? '');
  }
  return message;
}
