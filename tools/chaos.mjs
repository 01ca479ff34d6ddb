#!/usr/bin/env node
/** `npm run chaos -- --seed S --runs N`: injects faults into real services and checks the results. */
import { build, main, run } from './workspace.mjs';

await main(async () => {
  await build({ quiet: true });
  return run(process.execPath, ['chaos/dist/main.js', ...process.argv.slice(2)]);
});
