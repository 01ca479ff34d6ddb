import type { YAMLError } from 'yaml';

type LibraryProblem = Pick<YAMLError, 'code' | 'message' | 'pos'>;

/** A syntax error in plain words. */
interface SyntaxProblem {
  offset: number;
  message: string;
  isIndentation?: true;
}

/** Common YAML mistakes in plain words. The first match is used. */
const PLAIN_WORDS: readonly (readonly [code: LibraryProblem['code'], says: RegExp, plain: string])[] = [
  [
    'BAD_INDENT',
    /must be sufficiently indented and end with a (.)$/,
    'a bracket is not closed: $1 is missing, or its line is not indented',
  ],
  [
    'BAD_INDENT',
    /sequence items/,
    'the items of this list do not start in the same column; give each - the same number of spaces',
  ],
  ['TAB_AS_INDENT', /./, 'this line is indented with a tab; use spaces'],
  ['MISSING_CHAR', /Missing closing (.)quote/, 'a quoted string is not closed: $1 is missing'],
  ['MISSING_CHAR', /must end with a (.)$/, 'a bracket is not closed: $1 is missing'],
  ['MISSING_CHAR', /Missing , /, 'a comma or a colon is missing here'],
  [
    'MISSING_CHAR',
    /Sequence item without -/,
    'this line is indented like the list above, but is no item of it; add a -, or remove spaces',
  ],
  ['MISSING_CHAR', /followed by map values/, 'a colon is missing: write `key: value`'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /Nested mappings/,
    'two colons in one line: start a new line, or quote a string that contains a colon',
  ],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /block sequence/,
    'this - has fewer spaces before it than the other items of its list, or than the key of its list',
  ],
  [
    'MULTILINE_IMPLICIT_KEY',
    /./,
    'a key spans several lines: a colon is missing, a colon has no space after it, or a quote is not closed',
  ],
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

/**
 * The syntax errors that the YAML library found, in plain words and at the place to mend: at most one for a line, and only the first
 * wrong indentation. The library reports more, but one wrong space can make it reject all later lines.
 */
export function syntaxProblems(text: string, found: readonly LibraryProblem[]): SyntaxProblem[] {
  const problems = causes(found).map((problem) => plain(text, problem));
  const firstIndentation = problems.find(({ isIndentation }) => isIndentation);
  const lines = new Set<number>();
  return problems.filter((problem) => {
    const line = lineStart(text, problem.offset);
    if (lines.has(line)) return false;
    lines.add(line);
    return !problem.isIndentation || problem === firstIndentation;
  });
}

/** Leaves out problems that only follow from others. */
function causes(found: readonly LibraryProblem[]): LibraryProblem[] {
  const tabs = found.filter(({ code }) => code === 'TAB_AS_INDENT');
  if (tabs.length > 0) return tabs;
  return found.filter(
    ({ message, code, pos: [start] }, index) =>
      index === 0 ||
      !(
        message.includes('token in YAML stream') ||
        // a value with a key below it is reported twice
        (code === 'MULTILINE_IMPLICIT_KEY' && found[index - 1]!.pos[0] === start)
      ),
  );
}

function plain(text: string, { code, message, pos: [start] }: LibraryProblem): SyntaxProblem {
  // the library names the end of the line before
  const offset = code === 'TAB_AS_INDENT' ? start : nextWord(text, start);
  if (code === 'UNEXPECTED_TOKEN' && beginsLine(text, offset)) return indentation(text, offset);
  const line = /.*/.exec(text.slice(start))![0];
  // `key: value` with another key below, which has more spaces
  if (message.includes('Nested mappings') && !/:(\s|$)/.test(line.replace(/\s#.*/, '')))
    return indentation(text, nextWord(text, start + line.length));
  for (const [of, says, words] of PLAIN_WORDS) {
    const match = of === code ? says.exec(message) : null;
    if (match !== null) return { offset, message: words.replace('$1', () => match[1] ?? '') };
  }
  return code === 'BAD_INDENT' ? indentation(text, offset) : { offset: start, message };
}

function indentation(text: string, offset: number): SyntaxProblem {
  const spaces = offset - lineStart(text, offset);
  const begins = spaces === 1 ? '1 space' : `${spaces === 0 ? 'no' : spaces} spaces`;
  const message = `this line begins with ${begins}, which fits no line above; keys of the same block begin with the same number of spaces`;
  return { offset, message, isIndentation: true };
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === '';
}

/** Offset of the first character from here that is no space and no line end. */
function nextWord(text: string, offset: number): number {
  const blank = text.slice(offset).search(/\S/);
  return blank === -1 ? offset : offset + blank;
}
