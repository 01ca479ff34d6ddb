#!/usr/bin/env node
/** `npm run chaos -- --seed S --runs N`: faults on purpose, against real services. */
import { build, main, run } from './workspace.mjs';

await main(async () => {
  await build({ quiet: true });
  return run(process.execPath, ['chaos/dist/main.js', ...process.argv.slice(2)]);
});
