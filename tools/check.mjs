#!/usr/bin/env node
/** `npm run check`: format, lint, imports, types of the tests and unused code. What did not change since it passed costs nothing. */
import { runChecks } from './checks.mjs';
import { build, main } from './workspace.mjs';

await main(async () => {
  await build({ quiet: true });
  const checks = await runChecks();
  for (const { text } of checks) console.log(text);
  return checks.every(({ passed }) => passed) ? 0 : 1;
});
