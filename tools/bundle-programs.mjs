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

/** Compiles all functions: programs are so small that they start about as fast with all functions as with those of one run. */
function compile(program) {
  const source = readFileSync(program, 'utf8');
  setFlagsFromString('--no-lazy');
  const script = scriptOf(program, source);
  // compiled code is valid only for the current flags, so they must be those of a start
  setFlagsFromString('--lazy');
  writeFileSync(compiledFile(program, source), script.createCachedData());
}
