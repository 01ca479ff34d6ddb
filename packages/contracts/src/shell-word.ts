/** A text as one word of a POSIX shell: quoted if the shell would read more into it than its characters. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
