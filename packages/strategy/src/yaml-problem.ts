import type { YAMLError } from 'yaml';

type Problem = Pick<YAMLError, 'code' | 'message'>;

/** Common YAML mistakes in plain words. The first match is used. */
const PLAIN_WORDS: readonly (readonly [code: Problem['code'], says: RegExp, plain: string])[] = [
  [
    'BAD_INDENT',
    /must be sufficiently indented and end with a (.)$/,
    'a bracket is not closed: $1 is missing, or its line is not indented',
  ],
  ['BAD_INDENT', /sequence items/, 'the items of this list do not start in the same column'],
  ['BAD_INDENT', /./, 'the indentation of this line does not match its block'],
  ['TAB_AS_INDENT', /./, 'this line is indented with a tab; use spaces'],
  ['MISSING_CHAR', /Missing closing (.)quote/, 'a quoted string is not closed: $1 is missing'],
  ['MISSING_CHAR', /must end with a (.)$/, 'a bracket is not closed: $1 is missing'],
  ['MISSING_CHAR', /Missing , /, 'a comma or a colon is missing here'],
  ['MISSING_CHAR', /followed by map values/, 'a colon is missing: write `key: value`'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /Nested mappings/,
    'two colons in one line: start a new line, or quote a string that contains a colon',
  ],
  ['MULTILINE_IMPLICIT_KEY', /./, 'a key spans several lines: a colon is missing, or a quote is not closed'],
  ['BAD_SCALAR_START', /with (?:reserved character )?(.*)$/, 'a string that starts with $1 must be quoted'],
  [
    'BAD_DQ_ESCAPE',
    /sequence (.*)$/,
    '$1 is not a valid escape in double quotes: write the backslash twice, or use single quotes',
  ],
  ['BLOCK_IN_FLOW', /./, 'a comma is missing before this, or a bracket is not closed'],
  ['UNEXPECTED_TOKEN', /at node end$/, 'a comma or a line end is missing before this'],
  ['UNEXPECTED_TOKEN', /^Unexpected , in|empty item/, 'there is an extra comma here'],
];

/** Converts a problem of the YAML library into plain words, if they are known. */
export function yamlProblem({ code, message }: Problem): string {
  for (const [of, says, plain] of PLAIN_WORDS) {
    const found = of === code ? says.exec(message) : null;
    if (found !== null) return plain.replace('$1', () => found[1] ?? '');
  }
  return message;
}
