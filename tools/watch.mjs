#!/usr/bin/env node
/**
 * `npm run watch -- <path>`: runs the test files whose path matches, and runs them again after each change. It also rebuilds the
 * packages that these tests import. Ctrl+C ends it.
 */
import { stopOnSignals } from './interruption.mjs';
import { jest, packageOf } from './jest.mjs';
import { CommandFailed, build, main, turboWatch } from './workspace.mjs';

await main(async () => {
  const pattern = process.argv.slice(2);
  if (pattern.length === 0) throw new CommandFailed('Which tests? npm run watch -- packages/contracts');
  const stop = stopOnSignals();
  const filter = packageOf(pattern);
  await build({ quiet: true, filter, stop });
  const filters = filter === undefined ? [] : [`--filter=${filter}`];
  await Promise.all([
    turboWatch(['build', ...filters, '--output-logs=errors-only'], { stop }),
    jest(['--watchAll', ...pattern], { stop }),
  ]);
});
