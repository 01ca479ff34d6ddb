#!/usr/bin/env node
/**
 * Last step of a package's build, in its folder: bundles programs that it runs as processes and threads into `dist/programs`, each under
 * its own name, and compiles them. Arguments: the built files, such as `dist/process/trainer-child.js`.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { bundleStarted } from './bundle.mjs';
import { compiledFile, scriptOf } from './bundle-loader.mjs';

rmSync('dist/programs', { recursive: true, force: true });
for (const file of process.argv.slice(2)) {
  const path = `dist/programs/${basename(file, '.js')}`;
  await bundleStarted(`${path}.cjs`, `${path}.js`, { entryPoints: [file] });
  compile(`${path}.cjs`);
}

/** Compiles all functions. These programs are so small that this starts as fast as the functions that one run needs. */
function compile(program) {
  const source = readFileSync(program, 'utf8');
  setFlagsFromString('--no-lazy');
  const script = scriptOf(program, source);
  // with the flags of a start, because the compiled code is for the current flags only
  setFlagsFromString('--lazy');
  writeFileSync(compiledFile(program, source), script.createCachedData());
}
