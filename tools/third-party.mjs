/** Licences of the packages in a bundle: most licences require their text in every copy. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/**
 * One text with name, version, licence and licence files of every package among `inputs`, the paths of bundled files.
 * @throws Error for a package that states no licence
 */
export async function thirdPartyNotices(inputs) {
  const folders = new Set(inputs.flatMap((path) => PACKAGE_FOLDER.exec(path)?.[0] ?? []));
  const notices = await Promise.all([...folders].map(packageNotice));
  return notices.toSorted().join(`\n${'-'.repeat(80)}\n\n`);
}

async function packageNotice(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name} states no licence (${folder}/package.json)`);
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${name} ${version} (${license})\n`, ...texts.map((text) => `${text.trim()}\n`)].join('\n');
}
