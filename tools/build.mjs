#!/usr/bin/env node
/** `npm run build`: builds the packages that changed. */
import { build, main } from './workspace.mjs';

await main(async () => {
  await build({ documents: true });
  return 0;
});
