import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '@ktrdr/contracts';
import { engineVersion } from '../engines/engine-version.js';
import { sha256 } from '../files/checksum.js';

/** The packages between bars and weights, except the engine's library. Statistics draws first weights, order and masks. */
const PACKAGES = ['@ktrdr/contracts', '@ktrdr/market-data', '@ktrdr/statistics', '@ktrdr/strategy'];
/** Built code and kernels, or TypeScript files if the code runs unbuilt; without declarations and tests. */
const CODE = /(?<!\.d|\.test)\.(?:c?js|ts|wasm)$/;

let found: Promise<string> | undefined;

/**
 * SHA-256 of the code that trains: the bundle that runs; without a bundle, the files of this package and of the packages that it
 * trains with. The versions of our packages do not distinguish two builds. Read once per process.
 */
export function codeFingerprint(): Promise<string> {
  found ??= hashOf(codeFolders());
  return found;
}

/** SHA-256 of the code that trains and of the version of the engine's library. */
export async function engineFingerprint(engine: EngineName): Promise<string> {
  return sha256(`${engineVersion(engine)} ${await codeFingerprint()}`);
}

/** A bundled program runs code of its bundle, and the kernels. */
function codeFolders(): string[] {
  const own = fileURLToPath(new URL('..', import.meta.url));
  const programs = join(own, 'programs');
  if (dirname(process.argv[1] ?? '') === programs) return [programs, join(own, 'engines', 'wasm')];
  const others = PACKAGES.map((name) => fileURLToPath(new URL('.', import.meta.resolve(name))));
  return [own, ...others];
}

/** SHA-256 of the relative paths and contents of all code files. */
export async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && CODE.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .toSorted();
    for (const file of files) {
      const content = await readFile(file);
      const name = relative(folder, file).replaceAll(sep, '/');
      hash.update(`\0${name}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}
