import { KtrdrError, shown } from '@ktrdr/contracts';

/** Limits of a JSON body. Every valid request stays far below them. */
export const JSON_LIMITS = {
  /** Levels of objects and lists. */
  depth: 16,
  /** Values in the whole body: entries of lists and fields of objects. */
  values: 5_000,
  /** Fields of one object. */
  fields: 100,
} as const;

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

/**
 * Checks the structure of a JSON text in one pass, before any value is made of it. `JSON.parse` checks the grammar.
 *
 * @returns path of the first field that its object has twice, or `null`
 * @throws KtrdrError `invalid_request` for a text beyond `JSON_LIMITS`
 */
export function checkJsonText(text: string): string | null {
  const levels: Level[] = [];
  let duplicate: string | null = null;
  let values = 0;
  const countValue = (at: number): void => {
    values += 1;
    if (values > JSON_LIMITS.values) throw tooMuch('has too many values', 'values', levels, at);
  };
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    switch (text.charAt(at)) {
      case '"': {
        const end = endOfString(text, at);
        if (level?.names != null && level.beforeName) {
          level.name = decoded(text.slice(at, end + 1));
          level.beforeName = false;
          if (level.names.has(level.name)) duplicate ??= pathOf(levels);
          level.names.add(level.name);
          if (level.names.size > JSON_LIMITS.fields) {
            levels.pop();
            throw tooMuch('has too many fields in one object', 'fields', levels, at);
          }
        }
        at = end;
        break;
      }
      case '{':
      case '[':
        countValue(at);
        if (levels.length === JSON_LIMITS.depth) throw tooMuch('is nested too deeply', 'depth', levels, at);
        levels.push({ names: text[at] === '{' ? new Set() : null, name: '', index: 0, beforeName: true });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        countValue(at);
        if (level !== undefined) {
          level.index += 1;
          level.beforeName = true;
        }
        break;
    }
  }
  return duplicate;
}

const UNITS: Readonly<Record<keyof typeof JSON_LIMITS, string>> = {
  depth: 'levels',
  values: 'values',
  fields: 'fields',
};

function tooMuch(
  what: string,
  limit: keyof typeof JSON_LIMITS,
  levels: readonly Level[],
  at: number,
): KtrdrError {
  const most = JSON_LIMITS[limit];
  const path = pathOf(levels);
  const place = `character ${(at + 1).toLocaleString('en-US')}${path === '' ? '' : `, in ${shown(path)}`}`;
  return new KtrdrError(
    'invalid_request',
    `The body ${what}: at most ${most.toLocaleString('en-US')} ${UNITS[limit]} are allowed (${place}).`,
    { details: { path: path.slice(0, 200), character: at + 1, limit: most } },
  );
}

/** `parts.0.size` */
function pathOf(levels: readonly Level[]): string {
  return levels.map(({ names, name, index }) => (names === null ? String(index) : name)).join('.');
}

/** Index of the closing quote, or of the last character if the text ends before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
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
