import type fastCheck from 'fast-check';
import type { MessageName } from '../messages/index.js';
import { SAMPLE_MESSAGES } from './sample-messages.js';

/** Values that no message has at most of its places. */
const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e99,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '',
  '\u001b[2J\u202e\u009b31m',
  'x'.repeat(200_000),
  '../../../etc/passwd',
  [],
  Array.from({ length: 200_000 }, () => 1),
  {},
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 3}'),
];

/** Messages that a faulty or hostile process may send: a valid one with up to four of its parts replaced, removed or added. */
export function changedMessages(fc: typeof fastCheck, name: MessageName): fastCheck.Arbitrary<unknown> {
  const change = fc.record({
    place: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 6 }),
    action: fc.constantFrom('replace', 'remove', 'add'),
    value: fc.oneof(fc.constantFrom(...JUNK), fc.jsonValue()),
  });
  return fc.array(change, { maxLength: 4 }).map((changes) => {
    let message: unknown = structuredClone(SAMPLE_MESSAGES[name]);
    for (const { place, action, value } of changes) message = changed(message, place, action, value);
    return message;
  });
}

function changed(part: unknown, [index = 0, ...deeper]: number[], action: string, value: unknown): unknown {
  if (typeof part !== 'object' || part === null) return value;
  const keys = Object.keys(part);
  if (action === 'add' && deeper.length === 0)
    return Array.isArray(part) ? [...part, value] : { ...part, added: value };
  if (keys.length === 0) return value;
  const key = keys[index % keys.length]!;
  const copy = (Array.isArray(part) ? [...part] : { ...part }) as Record<string, unknown>;
  if (deeper.length > 0) copy[key] = changed(copy[key], deeper, action, value);
  else if (action === 'remove') delete copy[key];
  else copy[key] = value;
  return copy;
}
