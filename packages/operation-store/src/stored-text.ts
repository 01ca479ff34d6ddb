/** True for a text that a column can hold: PostgreSQL's text cannot contain NUL, and refuses a query with it. */
export function canBeStored(text: string): boolean {
  return !text.includes('\0');
}

/** The text without what a column cannot hold. */
export function storable(text: string): string {
  return text.replaceAll('\0', '');
}

/** Begins the JSON escape of a lone surrogate. */
const ESCAPED_SURROGATE = String.raw`\ud`;

/**
 * JSON text of rows with text columns. A lone surrogate becomes U+FFFD, as in a separate parameter: PostgreSQL refuses JSON with it.
 */
export function rowsText(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  // JSON.stringify escapes lone surrogates; a text without this escape needs no replacer, which is slow
  if (!text.includes(ESCAPED_SURROGATE)) return text;
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : value,
  );
}
