#!/usr/bin/env node
/**
 * Last step of a package's build, in its folder: bundles programs that it runs as processes into `dist/programs`, each under its
 * own name. Arguments: the built files, such as `dist/process/trainer-child.js`.
 */
import { basename } from 'node:path';
import { bundle } from './bundle.mjs';

const files = process.argv.slice(2);
await bundle(Object.fromEntries(files.map((file) => [basename(file, '.js'), file])), {
  outdir: 'dist/programs',
  // read only by `node --enable-source-maps`
  sourcemap: true,
  sourcesContent: false,
});
