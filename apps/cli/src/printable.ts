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

/** Each line broken between words, so that none is longer than a width in characters, if its words are not. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    let current = '';
    for (const word of line.split(' ')) {
      const longer = current === '' ? word : `${current} ${word}`;
      if (longer.length > width && current !== '') {
        lines.push(current);
        current = word;
      } else {
        current = longer;
      }
    }
    lines.push(current);
  }
  return lines.join('\n');
}
