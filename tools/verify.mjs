#!/usr/bin/env node
/**
 * `npm run verify`: builds, runs every test but the long ones, and checks format, lint, imports, types and unused code beside them.
 * `npm run verify -- <path>` runs only test files whose path matches, and no checks; `--long` runs the long tests. The output ends with the slowest test
 * files, skipped tests with the reasons, and the line `N passed, N failed, N skipped`. It counts tests; a failed check or a
 * test file that does not load counts as one failure.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { jest, packageOf } from './jest.mjs';
import { LONG_TESTS } from './long-tests.mjs';
import { skippedTests, slowestFiles } from './test-summary.mjs';
import { build, main } from './workspace.mjs';

async function test(pattern) {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-verify-'));
  const outputFile = join(folder, 'jest.json');
  await jest(['--json', `--outputFile=${outputFile}`, ...pattern]);
  try {
    return JSON.parse(readFileSync(outputFile, 'utf8'));
  } catch {
    return {
      numPassedTests: 0,
      numFailedTests: 0,
      numPendingTests: 0,
      numRuntimeErrorTestSuites: 1,
      testResults: [],
      success: false,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main(async () => {
  const words = process.argv.slice(2);
  const pattern = words.includes('--long') ? LONG_TESTS : words;
  await build({ quiet: true, filter: packageOf(pattern), documents: words.length === 0 });
  console.log('ok     build');
  // checks run beside the tests, which mostly wait; with a path, only tests run
  const [checks, report] = await Promise.all([pattern.length === 0 ? runChecks() : [], test(pattern)]);
  if (checks.length > 0) console.log();
  for (const { text } of checks) console.log(text);
  const failedChecks = checks.filter(({ passed }) => !passed).length;
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, success } = report;
  const failed = numFailedTests + numRuntimeErrorTestSuites + failedChecks;
  for (const part of [slowestFiles(report.testResults), skippedTests(report.testResults)])
    if (part !== '') console.log(`\n${part}`);
  console.log(`\n${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
  return failed === 0 && success ? 0 : 1;
});
