#!/usr/bin/env node
/**
 * `npm run verify`: builds, runs every test, and checks format, lint, imports, types and unused code beside them.
 * `npm run verify -- <path>` runs only test files whose path matches, and no checks. The output ends with the slowest test
 * files, skipped tests with the reasons, and the line `N passed, N failed, N skipped`. It counts tests; a failed check or a
 * test file that does not load counts as one failure.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skippedTests, slowestFiles } from './test-summary.mjs';
import { bin, build, main, run, runQuietly } from './workspace.mjs';

const CHECKS = [
  { name: 'format', command: bin('oxfmt'), args: ['--check', '.'] },
  { name: 'lint', command: bin('oxlint'), args: ['--quiet'] },
  { name: 'imports', command: process.execPath, args: ['tools/check-imports.mjs'] },
  { name: 'types of the tests', command: bin('tsc'), args: ['-p', 'tsconfig.tests.json'] },
  { name: 'unused code', command: bin('knip'), args: ['--strict', '--no-progress'] },
];

/** Runs the checks in turn. @returns the text to show for each: a line, preceded by the output if the check failed */
async function runChecks() {
  const results = [];
  for (const { name, command, args } of CHECKS) {
    const started = performance.now();
    const { code, output } = await runQuietly(command, args);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const passed = code === 0;
    results.push({ passed, text: `${passed ? 'ok    ' : `${output}FAILED`} ${name} (${seconds} s)` });
  }
  return results;
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
  const pattern = process.argv.slice(2);
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
