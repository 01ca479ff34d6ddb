/** A text as one word of a POSIX shell, quoted if it contains special characters. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
