#!/usr/bin/env node
/** `npm run bench -- <name>`: runs a benchmark, prints a table and writes `bench/results/<name>.json`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, CommandFailed, build, main, run } from './workspace.mjs';

await main(async () => {
  const [name = '', ...options] = process.argv.slice(2);
  const names = readdirSync(join(ROOT, 'bench/src'))
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length));
  if (!names.includes(name))
    throw new CommandFailed(
      `${name === '' ? 'The name of a benchmark is missing' : `There is no benchmark ${name}`}. Usage: npm run bench -- ${names.join(' | ')}`,
    );
  await build({ quiet: true });
  return run(process.execPath, ['--expose-gc', join('bench/dist', `${name}.bench.js`), ...options]);
});
