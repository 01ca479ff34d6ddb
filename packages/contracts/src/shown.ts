import { printableJson, truncate } from './printable.js';

const LONGEST = 40;

/** Quotes user input for a message: in double quotes, escaped, and cut to a readable length. */
export function shown(text: string): string {
  return printableJson(truncate(text, LONGEST + 1));
}
