import { stripVTControlCharacters } from 'node:util';
import { shortened, shownWidth } from './shown-width.js';

/** Minimum text width beside an indentation, in characters: in a narrower terminal, continuation lines are indented less. */
const NARROWEST_COLUMN = 24;

/**
 * Wraps each line between words at a width in columns of the terminal; a longer word stays whole. Continuation lines have the indentation of
 * their line; after `name   value`, they start under the value. Colour codes have no width.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (shownWidth(line) <= width ? [line] : wrappedLine(line, width)))
    .join('\n');
}

/** Wraps a name such as `training.early_stopping.patience` or `my_strategy/1h_v2` after its signs; a longer part is cut. Later lines are indented. */
export function wrappedName(text: string, width: number): string[] {
  // a colour code must not end in another line than it begins
  if (shownWidth(text) <= width || stripVTControlCharacters(text) !== text) return [shortened(text, width)];
  const lines: string[] = [];
  let current = '';
  for (const part of text.split(/(?<=[ ._/])/)) {
    if (current.trim() !== '' && shownWidth((current + part).trimEnd()) > width) {
      lines.push(current);
      current = ' ';
    }
    current += part;
  }
  return [...lines, current].map((line) => shortened(line.trimEnd(), width));
}

function wrappedLine(line: string, width: number): string[] {
  const indentation = ' '.repeat(hangingIndentation(stripVTControlCharacters(line), width));
  const [lead = ''] = /^ */.exec(line) ?? [];
  const [first = '', ...words] = line.slice(lead.length).split(' ');
  const lines: string[] = [];
  let current = lead + first;
  for (const word of words) {
    const longer = `${current} ${word}`;
    if (shownWidth(longer) <= width) {
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
