/**
 * Makes text from people, files, hosts and programs safe to show. Every output of the product uses these functions: the command line,
 * logs, event streams, the HTML report and CSV files.
 */

/** Characters that move the cursor or change colours: C0, DEL and C1. The line feed is not among them. */
// oxlint-disable-next-line no-control-regex -- the pattern must match control characters
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/**
 * Invisible characters, and characters that change how others are shown: bidirectional controls, zero-width characters, line and paragraph
 * separators, tags, lone surrogates and noncharacters. The two variation selectors that choose between a sign and its emoji are
 * harmless.
 */
const INVISIBLE =
  /(?![\ufe0e\ufe0f])[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu;

/** More marks on one letter than any language has: they would cover the lines above and below. */
const MARK_FLOOD = /(?<=\p{M}{4})\p{M}+/gu;

/** The same in JSON text, in which the other control characters are already escaped. */
const UNSAFE_IN_JSON =
  /[\u007f-\u009f]|(?![\ufe0e\ufe0f])[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]|(?<=\p{M}{4})\p{M}/gu;

/** Matches almost every text. Such text needs no other check. */
const PLAIN = /^[\n\u0020-\u007e]*$/;

/**
 * Replaces control characters by a space, shows invisible characters as `\u202e`, and leaves out marks beyond four on one letter. Line
 * feeds stay.
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(CONTROLS, ' ').replace(INVISIBLE, escaped).replace(MARK_FLOOD, '');
}

/** {@link printable}, on one line. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/**
 * A value as JSON text in which every character that is not {@link printable} is escaped, so a parser gets exactly the same value.
 *
 * @param indentation number of spaces; without it, the text is one line
 */
export function printableJson(value: unknown, indentation?: number): string {
  const text = JSON.stringify(value, null, indentation) ?? 'null';
  return PLAIN.test(text) ? text : text.replace(UNSAFE_IN_JSON, escaped);
}

/** Cuts text to a number of characters, and marks the cut with `…`. Never cuts a character in two. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - 1);
  const isHalf = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, isHalf ? end - 1 : end)}…`;
}

/** `\u202e`; two of them for a character beyond U+FFFF, as in JSON. */
function escaped(character: string): string {
  let text = '';
  for (let index = 0; index < character.length; index += 1)
    text += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  return text;
}
