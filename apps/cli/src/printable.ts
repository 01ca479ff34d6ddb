import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** Text of a server or file as it may be shown: without what would move the cursor or change colours. Line ends stay. */
export function printable(text: string): string {
  return text.replace(CONTROL_CHARACTERS, ' ');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** Cut to a width in characters, with `…` where something is missing. */
export function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Fewer characters beside an indentation are hard to read: what follows a line is then indented less. */
const NARROWEST_COLUMN = 24;

/**
 * Each line broken between words, so that none is longer than a width in characters, if its words are not. What follows a
 * line is indented as it is; behind `name   value`, under the value. Colours count as nothing.
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
