/** True for a text that a column can hold: PostgreSQL's text cannot contain NUL, and refuses a query with it. */
export function canBeStored(text: string): boolean {
  return !text.includes('\0');
}

/** The text without what a column cannot hold. */
export function storable(text: string): string {
  return text.replaceAll('\0', '');
}

/** Begins the JSON escape of half a surrogate pair. */
const ESCAPED_HALF = String.raw`\ud`;

/**
 * JSON text of rows with text columns. Half a surrogate pair becomes U+FFFD, as in a parameter of its own: PostgreSQL refuses JSON
 * with it.
 */
export function rowsText(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  // half a pair is written as an escape, almost every text has none, and a replacer is slow
  if (!text.includes(ESCAPED_HALF)) return text;
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : value,
  );
}
