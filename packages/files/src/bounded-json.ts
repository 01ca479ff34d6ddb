import { jsonProblem, shown, type JsonLimits, type JsonProblem } from '@ktrdr/contracts';

/**
 * Parses JSON from outside. Its structure is checked before parsing, so that a small text cannot take long or overflow the stack of a
 * later step.
 *
 * @throws Error whose message continues a sentence that begins with the file
 */
export function parseBoundedJson(content: Buffer, limits: JsonLimits): unknown {
  const text = content.toString('utf8');
  if (text.trim() === '') throw new Error('is empty');
  const problem = jsonProblem(text, limits);
  if (problem !== null) throw new Error(described(problem, limits));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function described({ kind, path }: JsonProblem, { depth, values, fields }: JsonLimits): string {
  switch (kind) {
    case 'depth':
      return `is nested more than ${depth} levels deep`;
    case 'values':
      return `holds more than ${values} values`;
    case 'fields':
      return `has an object with more than ${fields} fields`;
    case 'twice':
      return `has the field ${shown(path)} twice`;
  }
}
