import { execFileSync } from 'node:child_process';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

/** One entry of a folder that somebody else has filled. */
export type HostileEntry =
  | { kind: 'file'; content: string }
  | { kind: 'folder'; entries: HostileFolder }
  /** `target` as written into the link. */
  | { kind: 'link'; target: string }
  | { kind: 'special' };

export type HostileFolder = Record<string, HostileEntry>;

const NAMES = ['model.onnx', 'metadata.json', 'AAPL_1h.csv', 'a', 'b'];

/**
 * Any character but half surrogate pairs. fast-check's own `unit: 'binary'` is the same, but needs a second of processor time: it
 * makes a table of all characters.
 */
const anyCharacter = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));

/** Texts that programs were tricked with as names: separators, `..`, absolute and encoded paths, NUL, devices, Unicode. */
export const hostileNames: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '..',
    '',
    '/',
    '/etc/passwd',
    '../secret',
    '..\\secret',
    '%2e%2e%2fsecret',
    'a/../../secret',
    'file:///etc/passwd',
    '#/../secret',
    'a?/../secret',
    'C:secret',
    '\\\\?\\C:\\secret',
    '/dev/zero',
    '/proc/self/environ',
    'model.onnx\0',
    'CON',
    'nul.txt',
    'a.',
    'a ',
    '.hidden',
    '\u202etxt',
    'e\u0301',
    '\uff0e\uff0e\uff0fsecret',
    '\ud800',
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: anyCharacter, maxLength: 20 }),
  fc
    .array(fc.constantFrom('..', '.', '', ...NAMES, 'secret'), { maxLength: 6 })
    .map((parts) => parts.join('/')),
);

/** A tree of files, folders, links and pipes, up to three folders deep. @param targets of its links, beside those into the tree */
export function hostileFolders(targets: readonly string[]): fc.Arbitrary<HostileFolder> {
  const entry = (depth: number): fc.Arbitrary<HostileEntry> =>
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('file' as const), content: fc.string() }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('link' as const),
          target: fc.constantFrom(
            ...NAMES,
            '.',
            '..',
            '../..',
            '../a',
            '/dev/zero',
            '/dev/stdin',
            ...targets,
          ),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'special' as const }) },
      ...(depth === 0
        ? []
        : [
            {
              weight: 3,
              arbitrary: folder(depth - 1).map((entries) => ({ kind: 'folder' as const, entries })),
            },
          ]),
    );
  const folder = (depth: number): fc.Arbitrary<HostileFolder> =>
    fc.dictionary(fc.constantFrom(...NAMES), entry(depth), { maxKeys: NAMES.length, noNullPrototype: true });
  return folder(2);
}

/** Creates a pipe. `false` where the system has none. */
export function makePipe(path: string): boolean {
  try {
    execFileSync('mkfifo', [path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Fills a folder.
 *
 * @param special a pipe, socket or device on the same file system, which takes the place of each `special`; `null` leaves them out
 */
export async function plantFolder(
  directory: string,
  entries: HostileFolder,
  special: string | null,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, entry] of Object.entries(entries)) {
    const path = join(directory, name);
    if (entry.kind === 'file') await writeFile(path, entry.content);
    else if (entry.kind === 'link') await symlink(entry.target, path);
    else if (entry.kind === 'folder') await plantFolder(path, entry.entries, special);
    else if (special !== null) await link(special, path);
  }
}
