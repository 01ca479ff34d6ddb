import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- the pattern must match control characters
const CONTROL_CHARACTERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** Text of a server or file that is safe to show: without control characters that move the cursor or change colours. Line ends stay. */
export function printable(text: string): string {
  return text.replace(CONTROL_CHARACTERS, ' ');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** Cuts text to a width in characters and marks the cut with `…`. */
export function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Minimum text width beside an indentation, in characters: in a narrower terminal, continuation lines are indented less. */
const NARROWEST_COLUMN = 24;

/**
 * Wraps each line between words at a width in characters; a longer word stays whole. Continuation lines have the indentation of
 * their line; after `name   value`, they start under the value. Colour codes have no width.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (shownLength(line) <= width ? [line] : wrappedLine(line, width)))
    .join('\n');
}

function wrappedLine(line: string, width: number): string[] {
  const indentation = ' '.repeat(hangingIndentation(stripVTControlCharacters(line), width));
  const [lead = ''] = /^ */.exec(line) ?? [];
  const [first = '', ...words] = line.slice(lead.length).split(' ');
  const lines: string[] = [];
  let current = lead + first;
  for (const word of words) {
    const longer = `${current} ${word}`;
    if (shownLength(longer) <= width) {
      current = longer;
    } else {
      lines.push(current.trimEnd());
      current = indentation + word;
    }
  }
  return [...lines, current.trimEnd()];
}

function hangingIndentation(line: string, width: number): number {
  const [lead = ''] = /^ */.exec(line) ?? [];
  const [beforeValue = ''] = /^ +\S+(?: \S+)* {3,}(?=\S)/.exec(line) ?? [];
  const column = Math.max(lead.length, beforeValue.length);
  return width - column >= NARROWEST_COLUMN ? column : Math.min(column, 4);
}

function shownLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
