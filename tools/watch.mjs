#!/usr/bin/env node
/**
 * `npm run watch -- <path>`: runs the test files whose path matches, and runs them again after each change. It also rebuilds the
 * packages that these tests import. Ctrl+C ends it.
 */
import { stopOnSignals } from './interruption.mjs';
import { jest, packageOf } from './jest.mjs';
import { sourceChanges } from './source-changes.mjs';
import { CommandFailed, build, main } from './workspace.mjs';

/** jest notices that files in `dist` have changed. */
async function rebuild(filter, stop) {
  for await (const _ of sourceChanges(stop)) {
    await build({ quiet: true, filter, stop }).catch((error) => {
      if (!(error instanceof CommandFailed)) throw error;
      console.error(error.message);
    });
  }
}

await main(async () => {
  const pattern = process.argv.slice(2);
  if (pattern.length === 0)
    throw new CommandFailed('Which tests? For example: npm run watch -- packages/contracts');
  const stop = stopOnSignals();
  const filter = packageOf(pattern);
  await build({ quiet: true, filter, stop });
  await Promise.all([jest(['--watchAll', ...pattern], { stop }), rebuild(filter, stop)]);
});
