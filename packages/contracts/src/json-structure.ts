/** Limits of a JSON text from outside. */
export interface JsonLimits {
  /** Levels of objects and lists. */
  depth: number;
  /** Values in the whole text: entries of lists and fields of objects. */
  values: number;
  /** Fields of one object. Default: no limit. */
  fields?: number;
}

/** What is wrong with the structure of a JSON text. */
export interface JsonProblem {
  /** The limit that it exceeds; `twice`: an object has the same field twice. */
  kind: 'depth' | 'values' | 'fields' | 'twice';
  /** `parts.0.size`, or empty at the top. */
  path: string;
  /** Position in the text, from 0. */
  at: number;
}

/** An object or list that is open at the current position. */
interface Level {
  /** Names of the object so far; `null` for a list. */
  names: Set<string> | null;
  /** The current field. */
  name: string;
  /** Index of the current entry. */
  index: number;
  /** True where a name follows: after `{` and after each `,` of an object. */
  beforeName: boolean;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d,
] as const;

/**
 * Checks the structure of a JSON text in one pass, before any value is made of it: a small text can take long or overflow the stack
 * of a later step. `JSON.parse` checks the grammar.
 *
 * @returns the first limit that is exceeded, else the first field that its object has twice, else `null`
 */
export function jsonProblem(
  text: string,
  { depth, values, fields = Infinity }: JsonLimits,
): JsonProblem | null {
  const levels: Level[] = [];
  let level: Level | undefined;
  let twice: JsonProblem | null = null;
  let count = 0;
  const problem = (kind: JsonProblem['kind'], at: number): JsonProblem => ({
    kind,
    path: pathOf(levels),
    at,
  });
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (level?.names != null && level.beforeName) {
        level.name = decoded(text.slice(at, end + 1));
        level.beforeName = false;
        if (level.names.has(level.name)) twice ??= problem('twice', at);
        level.names.add(level.name);
        if (level.names.size > fields) {
          levels.pop();
          return problem('fields', at);
        }
      }
      at = end;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      count += 1;
      if (count > values) return problem('values', at);
      if (levels.length === depth) return problem('depth', at);
      level = { names: code === OPEN_OBJECT ? new Set() : null, name: '', index: 0, beforeName: true };
      levels.push(level);
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      levels.pop();
      level = levels.at(-1);
    } else if (code === COMMA) {
      count += 1;
      if (count > values) return problem('values', at);
      if (level === undefined) continue;
      level.index += 1;
      level.beforeName = true;
    }
  }
  return twice;
}

function pathOf(levels: readonly Level[]): string {
  return levels.map(({ names, name, index }) => (names === null ? String(index) : name)).join('.');
}

/** Index of the closing quote, or of the last character if the text ends before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length - 1;
}

/** The name between the quotes. Invalid ones are as written: `JSON.parse` rejects them later. */
function decoded(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
