#!/usr/bin/env node
/** `npm test`: installs packages, then runs `npm run verify`. `npm test -- <path>` runs only test files whose path matches. */
import { install, main, run } from './workspace.mjs';

await main(async () => {
  await install({ quiet: true });
  return run(process.execPath, ['tools/verify.mjs', ...process.argv.slice(2)]);
});
