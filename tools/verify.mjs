#!/usr/bin/env node
/**
 * `npm run verify`: builds, checks format, lint, imports, types and unused code, and runs every test.
 * A failed check does not hide the next one. It ends with the slowest test files, what was skipped and why, and the line
 * `N passed, N failed, N skipped`: it counts tests; a failed check or a test file that does not load counts as one failure.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skippedTests, slowestFiles } from './test-summary.mjs';
import { bin, build, main, run } from './workspace.mjs';

const CHECKS = [
  ['format', bin('oxfmt'), ['--check', '.']],
  ['lint', bin('oxlint'), ['--quiet']],
  ['imports', process.execPath, ['tools/check-imports.mjs']],
  ['types of the tests', bin('tsc'), ['-p', 'tsconfig.tests.json']],
  ['unused code', bin('knip'), ['--strict', '--no-progress']],
];

async function check(name, command, args) {
  const started = performance.now();
  const passed = (await run(command, args, { quiet: true })) === 0;
  console.log(
    `${passed ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  );
  return passed;
}

async function test(pattern) {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-verify-'));
  const outputFile = join(folder, 'jest.json');
  const nodeOptions = [
    process.env.NODE_OPTIONS,
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
  ];
  await run(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${outputFile}`, ...pattern],
    {
      env: { NODE_OPTIONS: nodeOptions.filter(Boolean).join(' ') },
    },
  );
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
  await build({ quiet: true });
  console.log('ok     build');
  let failedChecks = 0;
  for (const one of CHECKS) if (!(await check(...one))) failedChecks += 1;
  const report = await test(process.argv.slice(2));
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, success } = report;
  const failed = numFailedTests + numRuntimeErrorTestSuites + failedChecks;
  for (const part of [slowestFiles(report.testResults), skippedTests(report.testResults)])
    if (part !== '') console.log(`\n${part}`);
  console.log(`\n${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
  return failed === 0 && success ? 0 : 1;
});
