import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '@ktrdr/contracts';
import { engineVersion } from '../engines/engine-version.js';

/** The packages between bars and weights, except the engine's library. */
const PACKAGES = ['@ktrdr/contracts', '@ktrdr/market-data', '@ktrdr/strategy'];
/** Built code and kernels, or TypeScript files if the code runs unbuilt; without declarations and tests. */
const CODE = /(?<!\.d|\.test)\.(?:[jt]s|wasm)$/;

/**
 * SHA-256 of the code that trains: the files of this package and of the packages that it trains with, and the version of the
 * engine's library. The versions of our packages do not distinguish two builds.
 */
export async function codeFingerprint(engine: EngineName): Promise<string> {
  const entries = [
    new URL('../index.js', import.meta.url),
    ...PACKAGES.map((name) => import.meta.resolve(name)),
  ];
  const folders = entries.map((url) => fileURLToPath(new URL('.', url)));
  return hashOf(folders, engineVersion(engine));
}

/** SHA-256 of the version and of the relative paths and contents of all code files. */
export async function hashOf(folders: readonly string[], version: string): Promise<string> {
  const hash = createHash('sha256').update(version);
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
