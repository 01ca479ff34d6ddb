import * as z from 'zod';

import { MEMBERSHIP_KINDS } from '../fuzzy/membership.js';
import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import { MEMBERSHIP_TYPES } from '../model.js';
import type { Membership, MembershipType, PriceRatioTransform, SeriesReference } from '../model.js';
import { choice, describe, real } from '../schema.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';
import type { IndicatorTable } from './indicators.js';

/** Keys of a fuzzy set that are not memberships. */
const SPECIAL_KEYS = ['indicator', 'input_transform'];

const ALIASES: Readonly<Record<string, MembershipType>> = {
  triangle: 'triangular',
  trapezoid: 'trapezoidal',
};

/** Schema of a set's `input_transform`. */
export const INPUT_TRANSFORM = z.object({
  type: choice(['price_ratio', 'identity']).describe(
    'price_ratio: a price divided by the output; identity: the output itself.',
  ),
  reference: choice(['open', 'high', 'low', 'close'])
    .default('close')
    .describe('price_ratio: which price of the bar.'),
});

/** Above this, sums and differences of parameters could overflow. */
export const PARAMETER_LIMIT = 1e15;

/** Names of sets for low values. A rising sigmoid with such a name is most likely a mistake. */
const LOW_SIDE = /bear|below|under|low|fall|down|short|oversold|weak/i;

/** The memberships of a set, in file order; `null` if there are errors. */
export function readMemberships(reader: Reader, path: Path): Membership[] | null {
  const map = reader.document.get(path);
  if (!isRecord(map)) {
    reader.error(path, `is ${describe(map)}; must be a map of memberships such as low: [0, 20, 40]`);
    return null;
  }
  const names = Object.keys(map).filter((key) => !isSpecialKey(key, map[key]));
  if (names.length === 0) {
    reader.error(path, 'has no membership; write at least one such as low: [0, 20, 40]');
    return null;
  }
  if (!reader.atMost(path, names.length, LIMITS.membershipsPerSet, 'memberships')) return null;
  const memberships = names.map((name) => readMembership(reader, [...path, name], name));
  return memberships.every((membership) => membership !== null) ? memberships : null;
}

/** The transform before fuzzification: `null` = none, `undefined` = not given in the set. */
export function readInputTransform(reader: Reader, path: Path): PriceRatioTransform | null | undefined {
  const transformPath = [...path, 'input_transform'];
  if (reader.document.get(transformPath) === undefined) return undefined;
  const map = reader.map(transformPath);
  if (map === null) return null;
  reader.warnUnknown(transformPath, ['type', 'reference']);
  const transform = reader.parse(INPUT_TRANSFORM, map, transformPath);
  if (transform === null || transform.type === 'identity') return null;
  return { type: 'price_ratio', reference: transform.reference };
}

/** Warns if a set on the primary output has the name of another output: `macd_signal` on `macd`. */
export function warnIfNamedAfterOutput(
  reader: Reader,
  table: IndicatorTable,
  path: Path,
  id: string,
  series: SeriesReference,
): void {
  if (series.text.includes('.')) return;
  const [primary, ...others] = table.outputsOf(series.indicator);
  const words = id.toLowerCase().split(/[^a-z]+/);
  const looksLike = others.find((output) => output.split('_').every((word) => words.includes(word)));
  if (looksLike === undefined) return;
  const message = `uses ${primary} of ${series.indicator}; is ${series.indicator}.${looksLike} meant?`;
  reader.warn([...path, 'indicator'], message);
}

/**
 * A string under `output` names an output (see the v3 grammar). A list or map there is a membership called `output`.
 */
function isSpecialKey(key: string, value: unknown): boolean {
  return SPECIAL_KEYS.includes(key) || (key === 'output' && typeof value === 'string');
}

function readMembership(reader: Reader, path: Path, name: string): Membership | null {
  const value = reader.document.get(path);
  if (Array.isArray(value)) {
    if (value.length === 3) return checkedMembership(reader, path, name, 'triangular', path);
    const right =
      'the short form takes the 3 numbers of a triangle; for other types write {type: ..., parameters: [...]}';
    reader.error(path, `has ${value.length} numbers; ${right}`);
    return null;
  }
  if (!isRecord(value)) {
    reader.error(
      path,
      `is ${describe(value)}; must be a membership: [a, b, c], or {type: ..., parameters: [...]}`,
    );
    return null;
  }
  reader.warnUnknown(path, ['type', 'parameters']);
  const typePath = [...path, 'type'];
  const written = typeof value['type'] === 'string' ? value['type'].toLowerCase() : value['type'];
  const type = reader.parse(
    choice(MEMBERSHIP_TYPES),
    typeof written === 'string' && Object.hasOwn(ALIASES, written) ? ALIASES[written] : value['type'],
    typePath,
  );
  return type === null ? null : checkedMembership(reader, path, name, type, [...path, 'parameters']);
}

function checkedMembership(
  reader: Reader,
  path: Path,
  name: string,
  type: MembershipType,
  parametersPath: Path,
): Membership | null {
  const kind = MEMBERSHIP_KINDS[type];
  const wanted = `${type} takes [${kind.parameters.join(', ')}]`;
  const numbers = z
    .array(real({ min: -PARAMETER_LIMIT, max: PARAMETER_LIMIT }), {
      error: (issue) => `is ${describe(issue.input)}; ${wanted}`,
    })
    .length(kind.parameters.length, {
      error: (issue) => `has ${(issue.input as unknown[]).length} numbers; ${wanted}`,
    });
  const parameters = reader.parse(numbers, reader.document.get(parametersPath), parametersPath);
  if (parameters === null) return null;
  const problem = kind.problem(parameters);
  if (problem !== null) {
    reader.error(parametersPath, `${problem}; ${wanted}`);
    return null;
  }
  if (type === 'sigmoid' && parameters[1]! > 0 && LOW_SIDE.test(name)) {
    reader.warn(
      path,
      'rises with its input, although its name suggests low values; use a negative steepness to make it fall',
    );
  }
  return { name, type, parameters };
}
