/** Limits of a JSON text from outside. */
export interface JsonLimits {
  /** Levels of objects and arrays. */
  depth: number;
  /** Members of all objects and items of all arrays. */
  values: number;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  34, 92, 44, 91, 93, 123, 125,
];

/**
 * Parses JSON from outside. Depth and number of values are checked before parsing, so that a small text cannot take long or overflow
 * the stack of a later step.
 *
 * @param revive as in `JSON.parse`
 * @throws Error whose message continues a sentence that begins with the file
 */
export function parseBoundedJson(
  content: Buffer,
  limits: JsonLimits,
  revive?: (key: string, value: unknown) => unknown,
): unknown {
  const problem = limitProblem(content, limits);
  if (problem !== null) throw new Error(problem);
  const text = content.toString('utf8');
  if (text.trim() === '') throw new Error('is empty');
  try {
    return JSON.parse(text, revive);
  } catch (error) {
    throw new Error(`is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function limitProblem(content: Buffer, limits: JsonLimits): string | null {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at];
    if (byte === QUOTE) at = endOfText(content, at);
    else if (byte === COMMA) values += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      values += 1;
    }
    if (depth > limits.depth) return `is nested more than ${limits.depth} levels deep`;
    if (values > limits.values) return `holds more than ${limits.values} values`;
  }
  return null;
}

/** Position of the quote that ends a text. */
function endOfText(content: Buffer, start: number): number {
  let end = content.indexOf(QUOTE!, start + 1);
  while (end !== -1 && isEscaped(content, start, end)) end = content.indexOf(QUOTE!, end + 1);
  return end === -1 ? content.length : end;
}

function isEscaped(content: Buffer, start: number, quote: number): boolean {
  let first = quote;
  while (first - 1 > start && content[first - 1] === BACKSLASH) first -= 1;
  return (quote - first) % 2 === 1;
}
