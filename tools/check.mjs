#!/usr/bin/env node
/**
 * `npm run check`: format, lint, imports, types of the tests and unused code; `npm run check -- test` runs the packages' tests too.
 * A package that did not change since it passed costs nothing.
 */
import { runChecks } from './checks.mjs';
import { CommandFailed, build, main } from './workspace.mjs';

await main(async () => {
  const [what, ...others] = process.argv.slice(2);
  if (others.length > 0 || (what !== undefined && what !== 'test'))
    throw new CommandFailed('npm run check takes nothing, or: npm run check -- test');
  await build({ quiet: true });
  const checks = await runChecks({ tests: what === 'test' });
  for (const { text } of checks) console.log(text);
  return checks.every(({ passed }) => passed) ? 0 : 1;
});
