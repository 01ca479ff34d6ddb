/** True for a text that a column can hold: PostgreSQL's text cannot contain NUL, and refuses a query with it. */
export function canBeStored(text: string): boolean {
  return !text.includes('\0');
}

/** The text without what a column cannot hold. */
export function storable(text: string): string {
  return text.replaceAll('\0', '');
}
