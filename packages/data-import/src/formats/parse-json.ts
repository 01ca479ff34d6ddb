const [LINE_FEED, QUOTE, COLON, BACKSLASH] = [10, 34, 58, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];
/** Strings, and the numbers that are not finite, as Python writes them. */
const STRINGS_AND_NANS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** An object has a key twice: it is not clear which value counts. */
export class RepeatedKeyError extends Error {
  constructor(
    readonly key: string,
    /** Line of the text, from 1. */
    readonly line: number,
  ) {
    super(`one object has the key ${JSON.stringify(key)} twice`);
  }
}

/** A value that was read, and the number of line feeds in its text. */
export interface ParsedJson {
  value: unknown;
  lineFeeds: number;
}

/**
 * Reads a JSON text. `NaN` and `Infinity`, as Python writes them, become `null`.
 *
 * @throws RepeatedKeyError where `JSON.parse` would take the last value of a key
 */
export function parseJson(text: string): ParsedJson {
  const value = parsed(text);
  const { members, lineFeeds } = countMembers(text);
  if (members !== membersOf(value)) throw repeatedKey(text);
  return { value, lineFeeds };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(
      text.replace(STRINGS_AND_NANS, (token) => (token.startsWith('"') ? token : 'null')),
    ) as unknown;
  }
}

/** Keys that a text writes: the colons outside of quotes. */
function countMembers(text: string): { members: number; lineFeeds: number } {
  let [members, lineFeeds] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === COLON) members++;
    else if (code === LINE_FEED) lineFeeds++;
  }
  return { members, lineFeeds };
}

/** Keys of all objects of a value. */
function membersOf(value: unknown): number {
  let members = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const inner = open.pop();
    if (typeof inner !== 'object' || inner === null) continue;
    if (Array.isArray(inner)) {
      for (const item of inner) if (typeof item === 'object') open.push(item);
      continue;
    }
    for (const key in inner) {
      members++;
      const cell = (inner as Record<string, unknown>)[key];
      if (typeof cell === 'object') open.push(cell);
    }
  }
  return members;
}

/** Position of the quote that ends the text of the quote at `open`. */
function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

function repeatedKey(text: string): RepeatedKeyError {
  let line = 1;
  let last = '';
  /** Keys of each open object; `null` for a list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = closingQuote(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (code === COLON) {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (keys?.has(key) === true) return new RepeatedKeyError(key, line);
      keys?.add(key);
    } else if (code === LINE_FEED) line++;
    else if (code === OPEN_OBJECT) open.push(new Set());
    else if (code === OPEN_LIST) open.push(null);
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) open.pop();
  }
  throw new Error('no object of the JSON text has a key twice');
}
