/** The checks of `npm run check` and `npm run verify`. Each is a turbo task, which runs only if something changed. */
import { bin, runQuietly, turboEnvironment } from './workspace.mjs';

const CHECKS = [
  { name: 'format', task: 'format', mend: 'node_modules/.bin/oxfmt . formats all files' },
  { name: 'lint', task: 'lint' },
  { name: 'imports', task: 'imports' },
  { name: 'types of the tests', task: 'typecheck' },
  { name: 'unused code', task: 'unused' },
];
/** The tests of each package, one package at a time. */
const TESTS = { name: 'tests', task: 'test', args: ['--concurrency=1'] };

/** Runs the checks one after the other. @returns the text to show for each: a line, after the output if the check failed */
export async function runChecks({ tests = false } = {}) {
  const env = await turboEnvironment();
  const results = [];
  for (const { name, task, mend, args: more = [] } of tests ? [...CHECKS, TESTS] : CHECKS) {
    const started = performance.now();
    const args = ['run', task, '--continue', '--output-logs=errors-only', '--log-prefix=none', ...more];
    const { code, output } = await runQuietly(bin('turbo'), args, { env });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const passed = code === 0;
    const line = `${name} (${seconds} s)`;
    const failed = `${output}FAILED ${line}${mend === undefined ? '' : `: ${mend}`}`;
    results.push({ passed, text: passed ? `ok     ${line}` : failed });
  }
  return results;
}
