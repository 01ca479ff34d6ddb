import fc from 'fast-check';

/** One change of a file's bytes. Positions are shares of its length, so that they fit files of any length. */
export type Mutation =
  | { kind: 'flip'; at: number; bits: number }
  | { kind: 'set'; at: number; bytes: Uint8Array }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'repeat'; at: number; length: number }
  | { kind: 'cut'; at: number };

/** Some changes of a file: bits, bytes, cuts, insertions and repetitions, more often near its beginning. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    record('flip', { bits: fc.integer({ min: 1, max: 255 }) }),
    record('set', { bytes: bytes() }),
    record('insert', { bytes: bytes() }),
    record('remove', { length: fc.nat(64) }),
    record('repeat', { length: fc.nat(4096) }),
    record('cut', {}),
  ) as fc.Arbitrary<Mutation>,
  { minLength: 1, maxLength: 6 },
);

function record(
  kind: Mutation['kind'],
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<unknown> {
  return fc.record({ kind: fc.constant(kind), at: place(), ...fields });
}

function place(): fc.Arbitrary<number> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.oneof(
    share,
    share.map((value) => value ** 8),
  );
}

/** Random bytes, and those that lengths and numbers are made of. */
function bytes(): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.uint8Array({ maxLength: 16 }),
    fc.constantFrom(
      Uint8Array.of(255, 255, 255, 255),
      Uint8Array.of(255, 255, 255, 127),
      Uint8Array.of(128, 128, 128, 128, 128, 128, 128, 128, 128, 1),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0),
      Buffer.from('"../../../etc/passwd"'),
      Buffer.from('[[[[[[[['),
      Buffer.from('1e999'),
    ),
  );
}

/** The bytes after the changes. */
export function mutated(original: Uint8Array, changes: readonly Mutation[]): Buffer {
  let content = Buffer.from(original);
  for (const change of changes) {
    const at = Math.floor(change.at * content.length);
    const [before, after] = [content.subarray(0, at), content.subarray(at)];
    switch (change.kind) {
      case 'flip':
        if (at < content.length) content[at]! ^= change.bits;
        break;
      case 'set':
        content = Buffer.concat([before, change.bytes, after.subarray(change.bytes.length)]);
        break;
      case 'insert':
        content = Buffer.concat([before, change.bytes, after]);
        break;
      case 'remove':
        content = Buffer.concat([before, after.subarray(change.length)]);
        break;
      case 'repeat':
        content = Buffer.concat([before, after.subarray(0, change.length), after]);
        break;
      case 'cut':
        content = Buffer.from(before);
        break;
    }
  }
  return content;
}
