/** Checks that the lock file is valid for every platform and the oldest supported Node, so that no install rewrites it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import semver from 'semver';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const INSTALLED = join(ROOT, 'node_modules/.pnpm');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface LockFile {
  /** Key: `name@version`. */
  packages: Record<string, { engines?: { node?: string } }>;
  /** Key: `name@version`, optionally followed by peer versions in parentheses. */
  snapshots: Record<string, { optionalDependencies?: Record<string, string> }>;
}
interface Manifest {
  name: string;
  version: string;
  engines?: { node?: string };
  optionalDependencies?: Record<string, string>;
}
const lock = parse(read('pnpm-lock.yaml')) as LockFile;
const root = JSON.parse(read('package.json')) as Manifest;
const oldestNode = semver.minVersion(root.engines!.node!)!;

/** Names of the packages in a `node_modules` folder. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

function installedManifests(): Manifest[] {
  return readdirSync(INSTALLED).flatMap((entry) => {
    const folder = join(INSTALLED, entry, 'node_modules');
    if (entry === 'node_modules' || !existsSync(folder)) return [];
    return packagesIn(folder)
      .map((name) => join(folder, name, 'package.json'))
      .filter((file) => existsSync(file))
      .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Manifest);
  });
}

test('every locked package runs on the oldest supported Node', () => {
  expect(oldestNode.version).toBe('20.19.0');
  const tooNew = Object.entries(lock.packages)
    .filter(([, { engines }]) => !semver.satisfies(oldestNode, engines?.node ?? '*'))
    .map(([name, { engines }]) => `${name} needs Node ${engines!.node!}`);
  expect(tooNew).toEqual([]);
});

test('the lock file names the optional dependencies of every platform', () => {
  const locked = new Map<string, Set<string>>();
  for (const [key, { optionalDependencies = {} }] of Object.entries(lock.snapshots)) {
    locked.set(key.replace(/\(.*/, ''), new Set(Object.keys(optionalDependencies)));
  }
  const manifests = installedManifests();
  expect(manifests.length).toBeGreaterThan(500);
  const missing = manifests.flatMap(({ name, version, optionalDependencies = {} }) => {
    const known = locked.get(`${name}@${version}`);
    if (known === undefined) return [];
    return Object.keys(optionalDependencies)
      .filter((dependency) => !known.has(dependency))
      .map((dependency) => `${dependency} of ${name}@${version}`);
  });
  expect([...new Set(missing)]).toEqual([]);
});
