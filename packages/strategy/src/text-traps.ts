import { Composer, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { Document, ParsedNode } from 'yaml';

import type { IssueList, Place } from './issues.js';

/** A character that people mistake for another one. */
interface LookAlike {
  name: string;
  /** The text that YAML would read as intended. */
  meant: string;
  /** What to type. */
  advice: string;
}

const SPACE = { meant: ' ', advice: 'type an ordinary space' };
const NOTHING = { meant: '', advice: 'remove it' };
const QUOTE = { meant: '"', advice: 'type a straight quote (")' };
const APOSTROPHE = { meant: "'", advice: "type a straight quote (')" };
const DASH = { meant: '-', advice: 'type a hyphen (-)' };

const LOOK_ALIKES = new Map<string, LookAlike>([
  ['\u00A0', { name: 'no-break space', ...SPACE }],
  ['\u202F', { name: 'narrow no-break space', ...SPACE }],
  ['\u3000', { name: 'ideographic space', ...SPACE }],
  ['\u1680', { name: 'ogham space mark', ...SPACE }],
  ['\u205F', { name: 'mathematical space', ...SPACE }],
  ['\u2028', { name: 'line separator', ...SPACE }],
  ['\u2029', { name: 'paragraph separator', ...SPACE }],
  ['\u0085', { name: 'next line', ...SPACE }],
  ...Array.from({ length: 11 }, (_, index): [string, LookAlike] => [
    String.fromCodePoint(0x2000 + index),
    { name: 'typographic space', ...SPACE },
  ]),
  ['\u200B', { name: 'zero-width space', ...NOTHING }],
  ['\u200C', { name: 'zero-width non-joiner', ...NOTHING }],
  ['\u200D', { name: 'zero-width joiner', ...NOTHING }],
  ['\u2060', { name: 'word joiner', ...NOTHING }],
  ['\uFEFF', { name: 'byte order mark', ...NOTHING }],
  ['\u00AD', { name: 'soft hyphen', ...NOTHING }],
  ...[0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069].map(
    (code): [string, LookAlike] => [String.fromCodePoint(code), { name: 'text direction mark', ...NOTHING }],
  ),
  ['\uFF1A', { name: 'full-width colon', meant: ': ', advice: 'type a colon and a space (: )' }],
  ['\uFF0C', { name: 'full-width comma', meant: ', ', advice: 'type a comma and a space (, )' }],
  ['\uFF3B', { name: 'full-width bracket', meant: '[', advice: 'type [' }],
  ['\uFF3D', { name: 'full-width bracket', meant: ']', advice: 'type ]' }],
  ['\uFF5B', { name: 'full-width brace', meant: '{', advice: 'type {' }],
  ['\uFF5D', { name: 'full-width brace', meant: '}', advice: 'type }' }],
  ['\u201C', { name: 'typographic quote', ...QUOTE }],
  ['\u201D', { name: 'typographic quote', ...QUOTE }],
  ['\u201E', { name: 'typographic quote', ...QUOTE }],
  ['\u2018', { name: 'typographic quote', ...APOSTROPHE }],
  ['\u2019', { name: 'typographic quote', ...APOSTROPHE }],
  ['\u2010', { name: 'typographic hyphen', ...DASH }],
  ['\u2011', { name: 'no-break hyphen', ...DASH }],
  ['\u2212', { name: 'minus sign', ...DASH }],
  ['\u2013', { name: 'en dash', ...DASH }],
  ['\u2014', { name: 'em dash', ...DASH }],
]);
const ANY_LOOK_ALIKE = new RegExp(`[${[...LOOK_ALIKES.keys()].join('')}]`, 'gu');
/** `${SYMBOL}`, `{{ symbol }}`, `{% if %}`, `<% %>`. A text such as `<SYMBOL>` may be meant: each field checks its own value. */
const TEMPLATE = /\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}|<%[^%\n]*%>/g;
/** Free text, where templates and typographic characters are allowed. */
const FREE_TEXT = /^\s*["']?description["']?\s*:/;
const MOST_TOLD = 10;

/** A part of the text outside comments and block scalars. Look-alikes in `quoted` parts are allowed. */
interface Stretch {
  offset: number;
  text: string;
  quoted: boolean;
}

/**
 * Finds mistakes that are hard to see: templates that were not filled in, and look-alike characters that change what YAML
 * reads. Adds an issue with the position of each. Returns `true` if it found any.
 */
export function findTextTraps(text: string, place: (offset: number) => Place, issues: IssueList): boolean {
  // most files have neither: do not parse large ones twice
  if (text.search(TEMPLATE) < 0 && text.search(ANY_LOOK_ALIKE) < 0) return false;
  const before = issues.errorCount;
  const stretches = stretchesOf(text);
  findTemplates(text, stretches, place, issues);
  if (issues.errorCount > before) return true;
  const isFreeText = freeTextOf(text);
  const suspects = stretches
    .filter(({ quoted }) => !quoted)
    .flatMap((stretch) =>
      [...stretch.text.matchAll(ANY_LOOK_ALIKE)].map(({ 0: character, index }) => ({
        character,
        offset: stretch.offset + index,
      })),
    )
    .filter(({ offset }) => offset > 0 && !isFreeText(offset));
  if (suspects.length === 0 || !changesMeaning(text, suspects)) return false;
  for (const { character, offset } of suspects.slice(0, MOST_TOLD)) {
    const { name, advice } = LOOK_ALIKES.get(character)!;
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    issues.error(
      place(offset),
      [],
      `invalid character: ${name} (U+${code}). YAML reads it as text; ${advice}`,
    );
  }
  return true;
}

function findTemplates(
  text: string,
  stretches: readonly Stretch[],
  place: (offset: number) => Place,
  issues: IssueList,
): void {
  const read = blanked(text, stretches);
  const isFreeText = freeTextOf(text);
  for (const { 0: template, index } of [...read.matchAll(TEMPLATE)].slice(0, MOST_TOLD)) {
    if (isFreeText(index)) continue;
    const message = `the template ${template} is not filled in; write the value itself, a strategy file has no variables`;
    issues.error(place(index), [], message);
  }
}

/** The text with comments and block scalars replaced by spaces. */
function blanked(text: string, stretches: readonly Stretch[]): string {
  let read = '';
  for (const stretch of stretches) read += ' '.repeat(stretch.offset - read.length) + stretch.text;
  return read.padEnd(text.length);
}

/** Whether an offset is in a line of free text. Remembers the last line, because one line can have thousands of suspects. */
function freeTextOf(text: string): (offset: number) => boolean {
  let start = 0;
  let end = -1;
  let isFree = false;
  return (offset) => {
    if (offset < start || offset > end) {
      end = text.indexOf('\n', offset);
      if (end < 0) end = text.length;
      start = text.lastIndexOf('\n', offset - 1) + 1;
      isFree = FREE_TEXT.test(text.slice(start, end));
    }
    return isFree;
  };
}

/** Splits the text with YAML's own lexer. Skips the lexer's markers (one control character each), which are not in the text. */
function stretchesOf(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  let offset = 0;
  let blockHeader = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001F') continue;
    const isBlockText = blockHeader && !/^\s*$/.test(lexeme) && !lexeme.startsWith('#');
    if (isBlockText) blockHeader = false;
    if (/^[|>][-+\d]*$/.test(lexeme)) blockHeader = true;
    if (!lexeme.startsWith('#') && !isBlockText) {
      stretches.push({ offset, text: lexeme, quoted: /^["']/.test(lexeme) });
    }
    offset += lexeme.length;
  }
  return stretches;
}

/** True if YAML reads the text differently after each suspect is replaced by the intended character. */
function changesMeaning(text: string, suspects: readonly { character: string; offset: number }[]): boolean {
  let repaired = '';
  let end = 0;
  for (const { character, offset } of suspects) {
    const { meant } = LOOK_ALIKES.get(character)!;
    // do not add a second space
    const next = text[offset + character.length];
    repaired += text.slice(end, offset) + (next === ' ' ? meant.trimEnd() || meant : meant);
    end = offset + character.length;
  }
  repaired += text.slice(end);
  const [asWritten, asMeant] = [compose(text), compose(repaired)];
  if (asMeant.errors.length > 0) return asMeant.errors.length < asWritten.errors.length;
  return asWritten.errors.length > 0 || !sameShape(asWritten.contents, asMeant.contents);
}

function compose(text: string): Document.Parsed {
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  const [document] = composer.compose(new Parser().parse(text), true, text.length);
  return document!;
}

/** True if two documents have the same keys and the same kinds of values. A quoted string differs from a plain one. */
function sameShape(one: ParsedNode | null, other: ParsedNode | null): boolean {
  if (isScalar(one) && isScalar(other)) {
    const isText = (value: unknown) => typeof value === 'string';
    if (!isText(one.value) || !isText(other.value)) return one.value === other.value;
    return (one.type === 'PLAIN') === (other.type === 'PLAIN');
  }
  if (isSeq(one) && isSeq(other)) {
    return (
      one.items.length === other.items.length &&
      one.items.every((item, at) => sameShape(item as ParsedNode, other.items[at] as ParsedNode))
    );
  }
  if (isMap(one) && isMap(other)) {
    return (
      one.items.length === other.items.length &&
      one.items.every(({ key, value }, at) => {
        const pair = other.items[at]!;
        return String(key) === String(pair.key) && sameShape(value as ParsedNode, pair.value as ParsedNode);
      })
    );
  }
  return one === null ? other === null : one.constructor === other?.constructor;
}
