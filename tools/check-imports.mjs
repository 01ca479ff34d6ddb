#!/usr/bin/env node
/**
 * Checks the direction of imports in a workspace (default: this one) and exits 1 on a violation.
 * Resolves package names to sources, so it needs no build and finds cycles between packages.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.mjs';

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
process.chdir(root);

const folders = ['apps', 'packages', 'bench', 'chaos', 'fuzz'].filter((folder) => existsSync(folder));
const members = folders
  .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
  .filter((folder) => existsSync(join(folder, 'package.json')));

const alias = {};
for (const member of members) {
  const { name, exports = {} } = JSON.parse(readFileSync(join(member, 'package.json'), 'utf8'));
  for (const [subpath, target] of Object.entries(exports)) {
    // skip exports that are not modules, such as JSON
    if (typeof target === 'string') continue;
    const source = target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
    alias[`${name}${subpath.slice(1)}$`] = join(root, member, source);
  }
  alias[name] = join(root, member);
}

const { output } = await cruise(
  folders,
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir: root },
  { alias },
);

for (const { rule, from, to } of output.summary.violations) {
  const { comment } = config.forbidden.find(({ name }) => name === rule.name) ?? {};
  console.error(`${from} -> ${to}\n  ${rule.name}${comment ? `: ${comment}` : ''}`);
}
const { totalCruised, error } = output.summary;
console.log(`imports: ${totalCruised} modules, ${error} violations`);
// Without a TypeScript parser dependency-cruiser reads no module and finds no violation; that must fail too.
process.exitCode = error > 0 || totalCruised === 0 ? 1 : 0;
