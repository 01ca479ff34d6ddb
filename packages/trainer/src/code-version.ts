import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './checksum.js';

const { resolve } = createRequire(import.meta.url);

/** Code in which a change may change the weights: bars, features and labels, training. */
const FOLDERS = [
  resolve('@ktrdr/market-data'),
  resolve('@ktrdr/strategy'),
  fileURLToPath(import.meta.url),
].map(dirname);

/** SHA-256 of the code that trains, as it was built: a version number does not change with every change. */
export function codeVersion(): Promise<string> {
  return fingerprintCode(FOLDERS);
}

/** SHA-256 of names and content of all scripts in some folders and below. */
export async function fingerprintCode(folders: readonly string[]): Promise<string> {
  const digests: string[] = [];
  for (const folder of folders) {
    const names = await readdir(folder, { recursive: true });
    for (const name of names.filter((one) => one.endsWith('.js')).toSorted()) {
      digests.push(`${name} ${sha256(await readFile(join(folder, name)))}`);
    }
  }
  return sha256(digests.join('\n'));
}
