/** The end of `npm test`'s output, above its last line: the slowest test files, and skipped tests with the reasons. */
import { relative } from 'node:path';
import { ROOT } from './workspace.mjs';

const SLOWEST = 10;
/** The end of a skipped test's title, see `tools/requirements.ts`. */
const REASON = / \[skipped: (.*?)\]/;

/** @param results `testResults` of jest's JSON report */
export function slowestFiles(results) {
  const files = results
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
  const lines = files.map(
    ({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${relative(ROOT, name)}`,
  );
  return files.length === 0 ? '' : ['Slowest test files:', ...lines].join('\n');
}

/** @param results `testResults` of jest's JSON report */
export function skippedTests(results) {
  const counts = new Map();
  for (const { name, assertionResults } of results) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'pending') continue;
      const reason = REASON.exec(fullName)?.[1] ?? 'the test file gives no reason';
      const line = `${relative(ROOT, name)}: ${reason}`;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  const lines = Array.from(counts, ([line, count]) => `${String(count).padStart(7)}    ${line}`);
  return lines.length === 0 ? '' : ['Skipped tests:', ...lines].join('\n');
}
