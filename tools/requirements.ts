/**
 * Tests with requirements that not every machine meets: `const { test } = requires(program('tmux'));`.
 * If a requirement is missing, the tests are skipped and counted, their titles end with {@link SKIPPED} and the reason, and
 * `npm test` lists the reasons. If `KTRDR_REQUIRE_SYSTEM_PACKAGES` is 1, as in `.ci/run`, a missing system package fails the
 * test file.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as jest from '@jest/globals';

/** Precedes the reason in a skipped test's title; `tools/test-summary.mjs` looks for it. */
const SKIPPED = ' [skipped: ';

/** Something a test needs. */
export interface Requirement {
  /** What is missing; `null` if the requirement is met. */
  missing: string | null;
  /** Whether a system package provides it, which `.ci/run` installs. */
  isSystemPackage: boolean;
}

interface Block {
  (name: string, body: () => void | Promise<void>, timeoutMs?: number): void;
  each: typeof jest.test.each;
}

/** jest's `test` and `describe`; if a requirement is missing, they skip and add the reason to each title. */
export function requires(...requirements: Requirement[]): { test: Block; describe: typeof jest.describe } {
  const missing = requirements.filter((requirement) => requirement.missing !== null);
  const [first] = missing;
  if (first === undefined) return { test: jest.test, describe: jest.describe };
  const systemPackage = missing.find(({ isSystemPackage }) => isSystemPackage);
  if (systemPackage !== undefined && process.env['KTRDR_REQUIRE_SYSTEM_PACKAGES'] === '1')
    throw new Error(
      `A system package is missing: ${systemPackage.missing}. Install it (see .ci/run), or unset KTRDR_REQUIRE_SYSTEM_PACKAGES to skip these tests.`,
    );
  const reason = `${SKIPPED}${first.missing}]`;
  return {
    test: withReason(jest.test.skip, reason) as unknown as Block,
    describe: withReason(jest.describe.skip, reason) as unknown as typeof jest.describe,
  };
}

/** A program on the `PATH`. */
export function program(name: string): Requirement {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;
  return { missing: found ? null : `no ${name} on the PATH`, isSystemPackage: true };
}

/** The browser that tests use. */
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export function chromium(): Requirement {
  const missing = existsSync(CHROMIUM) ? null : `no Chromium at ${CHROMIUM}; set CHROMIUM_PATH to its path`;
  return { missing, isSystemPackage: true };
}

/** The Python that system packages install modules for. */
export const SYSTEM_PYTHON = '/usr/bin/python3';

/** A module of {@link SYSTEM_PYTHON}. */
export function pythonModule(name: string): Requirement {
  const found = spawnSync(SYSTEM_PYTHON, ['-c', `import ${name}`]).status === 0;
  return { missing: found ? null : `no module ${name} for ${SYSTEM_PYTHON}`, isSystemPackage: true };
}

/** A Python with packages of PyPI, which `.ci/run` prepares if it reaches PyPI. */
export const PYPI_PYTHON = process.env['KTRDR_PYTHON'] ?? SYSTEM_PYTHON;

/** A package that no system package provides, for {@link PYPI_PYTHON}. */
export function pypiPackage(name: string): Requirement {
  const found = spawnSync(PYPI_PYTHON, ['-c', `import ${name}`]).status === 0;
  const missing = `no package ${name} for ${PYPI_PYTHON}; set KTRDR_PYTHON to a Python that has it`;
  return { missing: found ? null : missing, isSystemPackage: false };
}

/** Bars of real markets, which we may not redistribute. */
export const REAL_BARS = process.env['KTRDR_REAL_BARS'] ?? join(import.meta.dirname, '../../shared/data');

export function realBars(): Requirement {
  const missing = existsSync(REAL_BARS) ? null : 'no real bars; set KTRDR_REAL_BARS to their folder';
  return { missing, isSystemPackage: false };
}

/** Files as brokers and exchanges write them, with their right reading. */
export const IMPORT_CASES = join(REAL_BARS, '../cases/data');

export function importCases(): Requirement {
  const missing = existsSync(IMPORT_CASES)
    ? null
    : 'no files of many sources; they stand beside the real bars';
  return { missing, isSystemPackage: false };
}

/** The right to mount a tmpfs in a private mount namespace. */
export function smallDisks(): Requirement {
  const mounted = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
  return {
    missing: mounted ? null : 'this user may not mount a tmpfs in a private namespace',
    isSystemPackage: false,
  };
}

/** The right to make network namespaces with `ip`, and a name in `/etc/netns` for each. */
export function networkNamespaces(): Requirement {
  const name = `ktrdr-try-${process.pid}`;
  const made =
    process.getuid?.() === 0 &&
    existsSync('/proc/self/ns/net') &&
    spawnSync('ip', ['netns', 'add', name]).status === 0;
  if (made) spawnSync('ip', ['netns', 'delete', name]);
  return { missing: made ? null : 'this user may not make network namespaces', isSystemPackage: false };
}

/** The rights of root, for example to give a file away. */
export function rootUser(): Requirement {
  return { missing: process.getuid?.() === 0 ? null : 'not run by root', isSystemPackage: false };
}

/** A folder that nobody can write to, root included. */
export const READ_ONLY_FOLDER = '/sys/kernel';

export function readOnlyFolder(): Requirement {
  return { missing: existsSync(READ_ONLY_FOLDER) ? null : `no ${READ_ONLY_FOLDER}`, isSystemPackage: false };
}

/** `/proc`, which lists processes. */
export function procFilesystem(): Requirement {
  return { missing: existsSync('/proc/self/stat') ? null : 'no /proc', isSystemPackage: false };
}

interface Skipping {
  (name: string, ...rest: never[]): void;
  each: (...table: never[]) => (name: string, ...rest: never[]) => void;
}

function withReason(skip: unknown, reason: string): Skipping {
  const { each } = skip as Skipping;
  const named: Skipping = (name, ...rest) => (skip as Skipping)(name + reason, ...rest);
  named.each =
    (...table) =>
    (name, ...rest) =>
      each(...table)(name + reason, ...rest);
  return named;
}
