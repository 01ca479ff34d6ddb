import { createRequire } from 'node:module';
import { boundedDetails, boundedTexts } from '@ktrdr/contracts';
import { InvalidMessageError, readMessage, type MessageName } from '@ktrdr/contracts/messages';
import { watchingLoop } from '@ktrdr/service-kit/testing';
import fc, { type Arbitrary } from 'fast-check';
import { FromSchema, type Schema } from '../from-schema.js';
import { mutated } from '../mutate.js';
import { checkRefusal } from '../refusal.js';
import type { Target } from '../target.js';
import { withoutHold } from '../without-hold.js';

/** The schemas that the messages are checked with. */
const SCHEMAS = createRequire(import.meta.url)('@ktrdr/contracts/messages/schemas.json') as Record<
  string,
  Schema
>;
const NAMES = Object.keys(SCHEMAS['Messages']?.properties ?? {}) as MessageName[];

/** No field allows one of these. */
const NEVER_VALID: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  'x'.repeat(3_000_000),
  Array.from({ length: 200_000 }, () => null),
];

type Case = { name: MessageName; value: unknown } & (
  | { kind: 'valid' | 'changed' }
  /** One value of a valid message is replaced. */
  | { kind: 'broken'; place: string[] }
);

function cases(): Arbitrary<Case> {
  const from = new FromSchema(SCHEMAS, {});
  return fc.oneof(...NAMES.map((name) => casesOf(name, from.valid({ $ref: name }))));
}

function casesOf(name: MessageName, valid: Arbitrary<unknown>): Arbitrary<Case> {
  return fc.oneof(
    valid.map((value): Case => ({ kind: 'valid', name, value })),
    mutated(valid).map((value): Case => ({ kind: 'changed', name, value })),
    fc.tuple(valid, fc.nat(), fc.constantFrom(...NEVER_VALID)).map(([value, at, never]): Case => {
      // the file of a model may be longer than any other text
      const places = leavesOf(value).filter((leaf) => leaf.at(-1) !== 'content_base64');
      // a message without any is replaced itself
      const place = places[at % places.length] ?? [];
      return { kind: 'broken', name, value: replaced(value, place, never), place };
    }),
  );
}

/** The places of texts, numbers and flags. */
function leavesOf(value: unknown, place: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [place];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...place, key]));
}

function replaced(value: unknown, [key, ...deeper]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], deeper, by);
  return copy;
}

/** Longest text of warnings or details that an operation keeps of one message (characters). */
const MOST_KEPT = 150_000;

/** What hosts, the queue and training processes say. */
export async function messages(): Promise<Target<Case>> {
  return {
    cases: cases(),
    check: async (one) => {
      await withoutHold(() => watchingLoop(async () => checkMessage(one)));
    },
  };
}

function checkMessage(one: Case): void {
  const { kind, name, value } = one;
  try {
    readMessage(name, value, 'The host');
  } catch (error) {
    const { message } = checkRefusal(error, ['host_refused']);
    const { field } = error as InvalidMessageError;
    if (kind === 'valid') throw new Error(`a valid ${name} was refused: ${message}`, { cause: error });
    if (field === '' || message.length > 1_000) throw new Error(`an unfit refusal: ${message}`);
    const expected = kind === 'broken' ? one.place.join('.') || 'it' : field;
    if (field !== expected) throw new Error(`${expected} of ${name} is wrong, but it says: ${message}`);
    return;
  }
  if (kind === 'broken') throw new Error(`${name} was read although ${one.place.join('.')} is wrong`);
  checkKept(value as { warnings?: string[]; error?: { details?: unknown } | null });
}

/** What an operation keeps of the parts that a sender may make as long as it likes. */
function checkKept({ warnings = [], error }: { warnings?: string[]; error?: { details?: unknown } | null }) {
  const kept = JSON.stringify([boundedTexts(warnings), boundedDetails(error?.details)]).length;
  if (kept > MOST_KEPT) throw new Error(`${kept} characters of warnings and details are kept`);
}
