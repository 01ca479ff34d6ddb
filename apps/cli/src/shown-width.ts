import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

const PLAIN = /^[\u0020-\u007e]*$/;
/** A colour code, or one character as a reader sees it. */
// oxlint-disable-next-line no-control-regex -- an escape code begins with a control character
const PIECES = /\u001b\[\d+m|./gsu;

/** Columns of the terminal that a text fills: two for a wide character such as `日`, none for a colour code. */
export function shownWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  return PLAIN.test(plain) ? plain.length : stringWidth(plain);
}

/** Cuts a text to a number of columns, and marks the cut with `…`: at its end, or in its middle. Colour codes remain. */
export function shortened(text: string, width: number, cut: 'end' | 'middle' = 'end'): string {
  if (shownWidth(text) <= width) return text;
  const pieces = [...text.matchAll(PIECES)].map(([piece]) => ({ piece, size: shownWidth(piece) }));
  const room = Math.max(0, width - 1);
  const tail = cut === 'end' ? 0 : Math.floor(room / 2);
  const all = pieces.reduce((sum, { size }) => sum + size, 0);
  let used = 0;
  let isMarked = width <= 0;
  return pieces
    .map(({ piece, size }) => {
      const isKept = size === 0 || used + size <= room - tail || used >= all - tail;
      used += size;
      if (isKept) return piece;
      const mark = isMarked ? '' : '…';
      isMarked = true;
      return mark;
    })
    .join('');
}

/** Adds spaces up to a number of columns. */
export function padded(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - shownWidth(text)));
  return align === 'left' ? text + space : space + text;
}
