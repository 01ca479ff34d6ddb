import fc, { type Arbitrary } from 'fast-check';

/** Texts that programs often handle wrongly. `OUTSIDE` and its neighbours are names in the world's folders. */
export const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  'a\r\nb: c',
  '../../../../etc/passwd',
  '/etc/passwd',
  '/dev/zero',
  '..',
  '.',
  '%2e%2e%2fpasswd',
  '%00',
  'file:///etc/passwd',
  'http://127.0.0.1:9/x',
  'LINK',
  'FIFO',
  'FOLDER',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u202eevil',
  'zero\u200bwidth',
  '\u009b31m',
  '\u001b]0;title\u0007',
  '\ud800',
  '\ufeff',
  'İıſK',
  '𝒳'.repeat(40),
  'e\u0301'.repeat(50),
  '=1+1',
  '<script>alert(1)</script>',
  '${jndi:ldap://x}',
  "' or 1=1 --",
  'null',
  'true',
  '1e999',
  '-0',
  'NaN',
  '1h\n',
  '9999-99-99',
  '+275760-09-13',
  '2024-02-30',
];

const NUMBERS = [
  0,
  -0,
  -1,
  0.5,
  1e-320,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 63),
  1e21,
];

/** Values of wrong types and sizes. */
export function trapValue(): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { a: {} }) },
    { weight: 4, arbitrary: fc.constantFrom<unknown>(...NUMBERS) },
    { weight: 8, arbitrary: fc.constantFrom<unknown>(...TEXTS) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: large() },
  );
}

/** A name of a field: one that exists in objects, or a random one. */
export const trapName = (): Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...TEXTS.slice(17, 21), '', 'id', 'role', 'path'), fc.string({ maxLength: 10 }));

/** Long, deep and wide values. */
function large(): Arbitrary<unknown> {
  const size = fc.constantFrom(20, 300, 3_000, 20_000);
  return fc.oneof(
    size.map((length) => 'x'.repeat(length)),
    size.map((length) => '\u{1f600}'.repeat(length)),
    size.map((depth) => nested(Math.min(depth, 500))),
    size.map((count) => Array.from({ length: count }, (_, index) => index)),
    size.map((count) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index])),
    ),
  );
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
