#!/usr/bin/env node
/** `npm run bench -- <name>`: a table on the screen, `bench/results/<name>.json` beside it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, CommandFailed, build, main, run } from './workspace.mjs';

await main(async () => {
  const [name = '', ...options] = process.argv.slice(2);
  const names = readdirSync(join(ROOT, 'bench/src'))
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length));
  if (!names.includes(name))
    throw new CommandFailed(`Which benchmark? npm run bench -- ${names.join(' | ')}`);
  await build({ quiet: true });
  return run(process.execPath, ['--expose-gc', join('bench/dist', `${name}.bench.js`), ...options]);
});
