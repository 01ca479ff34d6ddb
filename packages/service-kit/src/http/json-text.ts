import { jsonProblem, KtrdrError, shown, type JsonProblem } from '@ktrdr/contracts';

/** Limits of a JSON body. The largest valid request is an import with new names for its symbols: one field for each symbol. */
export const JSON_LIMITS = { depth: 16, values: 5_000, fields: 1_000 } as const;

/**
 * Checks the structure of a JSON body before any value is made of it.
 *
 * @returns path of the first field that its object has twice, or `null`
 * @throws KtrdrError `invalid_request` for a text beyond `JSON_LIMITS`
 */
export function checkJsonText(text: string): string | null {
  const problem = jsonProblem(text, JSON_LIMITS);
  if (problem === null) return null;
  if (problem.kind === 'twice') return problem.path;
  throw tooMuch(problem, problem.kind);
}

const WORDS: Readonly<Record<keyof typeof JSON_LIMITS, { what: string; unit: string }>> = {
  depth: { what: 'is nested too deeply', unit: 'levels' },
  values: { what: 'has too many values', unit: 'values' },
  fields: { what: 'has too many fields in one object', unit: 'fields' },
};

function tooMuch({ path, at }: JsonProblem, limit: keyof typeof JSON_LIMITS): KtrdrError {
  const most = JSON_LIMITS[limit];
  const { what, unit } = WORDS[limit];
  const place = `character ${(at + 1).toLocaleString('en-US')}${path === '' ? '' : `, in ${shown(path)}`}`;
  return new KtrdrError(
    'invalid_request',
    `The body ${what}: at most ${most.toLocaleString('en-US')} ${unit} are allowed (${place}).`,
    { details: { path: path.slice(0, 200), character: at + 1, limit: most } },
  );
}
