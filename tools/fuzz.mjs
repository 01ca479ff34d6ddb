#!/usr/bin/env node
/** `npm run fuzz -- --seed S --runs N`: sends random and damaged input to a real service and to the readers of files. */
import { build, main, run } from './workspace.mjs';

await main(async () => {
  await build({ quiet: true });
  return run(process.execPath, ['fuzz/dist/main.js', ...process.argv.slice(2)]);
});
