/** Checks how jest and the summary of `npm test` report a test file that lacks a program. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const urlOf = (name: string): string => pathToFileURL(join(ROOT, name)).href;
const { skippedTests, slowestFiles } = (await import(urlOf('tools/test-summary.mjs'))) as Record<
  'skippedTests' | 'slowestFiles',
  (results: unknown) => string
>;
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');

const FILE = `
  import { expect, test as always } from '@jest/globals';
  import { program, requires } from ${JSON.stringify(join(ROOT, 'tools/requirements.ts'))};
  const { test, describe } = requires(program('no-such-program'));
  always('runs', () => expect(1).toBe(1));
  test('one', () => { throw new Error(); });
  test.each([[1], [2]])('each %i', () => { throw new Error(); });
  describe('a group', () => { always('inside', () => { throw new Error(); }); });
`;

/** A test file that needs something no system package provides, such as the right to mount a disk. */
const FILE_WITHOUT_PACKAGE = `
  import { test as always } from '@jest/globals';
  import { requires } from ${JSON.stringify(join(ROOT, 'tools/requirements.ts'))};
  const { describe } = requires({ missing: 'no small disks', isSystemPackage: false });
  describe('a group', () => { always('inside', () => { throw new Error(); }); });
`;

const folder = mkdtempSync(join(tmpdir(), 'ktrdr-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param files texts of the test files by their names */
function runFiles(required: string, files: Record<string, string>) {
  const output = join(folder, 'out.json');
  const config = join(folder, 'jest.config.mjs');
  const own = JSON.stringify({ rootDir: ROOT, roots: [folder] });
  writeFileSync(
    config,
    `import config from '${urlOf('jest.config.mjs')}'; export default { ...config, ...${own} };`,
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.ts`), text);
  const env = { ...process.env, KTRDR_REQUIRE_SYSTEM_PACKAGES: required };
  const args = ['--config', config, '--runInBand', '--json', `--outputFile=${output}`];
  spawnSync(process.execPath, [JEST, ...args], { cwd: ROOT, env });
  return JSON.parse(readFileSync(output, 'utf8')) as {
    numPassedTests: number;
    numPendingTests: number;
    numFailedTests: number;
    numRuntimeErrorTestSuites: number;
    testResults: {
      name: string;
      message: string;
      startTime: number;
      endTime: number;
      assertionResults: [];
    }[];
  };
}

test('tests without their program are skipped, counted and listed with the reason', () => {
  const report = runFiles('', { some: FILE });
  expect(report).toMatchObject({ numPassedTests: 1, numPendingTests: 4, numFailedTests: 0 });
  expect(skippedTests(report.testResults)).toMatch(
    /^Skipped tests:\n +4 +\S+\/some\.test\.ts: no no-such-program on the PATH$/,
  );
  expect(slowestFiles(report.testResults)).toMatch(/^Slowest test files:\n +\d+\.\d s +\S+\/some\.test\.ts$/);
});

describe('if system packages are required', () => {
  let report: ReturnType<typeof runFiles>;
  beforeAll(() => {
    report = runFiles('1', { some: FILE, other: FILE_WITHOUT_PACKAGE });
  });

  test('the file fails and names the missing program', () => {
    expect(report).toMatchObject({ numPassedTests: 0, numRuntimeErrorTestSuites: 1 });
    const failed = report.testResults.find(({ name }) => name.endsWith('some.test.ts'));
    expect(failed?.message).toContain('no no-such-program on the PATH');
  });

  test('tests that need something else are still skipped and listed', () => {
    expect(report).toMatchObject({ numPendingTests: 1, numFailedTests: 0 });
    expect(skippedTests(report.testResults)).toMatch(
      /^Skipped tests:\n +1 +\S+\/other\.test\.ts: no small disks$/,
    );
  });
});
