#!/usr/bin/env node
/** Last step of a service's build, run in its folder: bundles the service and Nest into `dist/service.cjs`, which `dist/main.js` starts. */
import { copyFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle.mjs';
import { whileStarted } from './bundle-started.mjs';

/** Optional parts of Nest and pg that are not installed. They are imported only when they are used, and nothing uses them. */
const NOT_INSTALLED = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'pg-cloudflare',
  'pg-native',
  'swagger-ui-dist',
];

const { program } = await bundleProgram('service', {
  entryPoints: ['dist/modules/main.js'],
  // stack traces name source files; the sources themselves are not shipped
  sourcemap: true,
  sourcesContent: false,
  external: NOT_INSTALLED,
  // the ES module builds: Nest imports these packages dynamically and needs their named exports
  alias: {
    'class-transformer': 'class-transformer/esm2015/index.js',
    'class-validator': 'class-validator/esm2015/index.js',
  },
  // no `keepNames`: it names every closure that a request creates, which takes a third of the time of a small request
});
await copyFile(new URL('bundle-loader.mjs', import.meta.url), 'dist/loader.js');
await writeFile(
  'dist/main.js',
  `import { fileURLToPath } from 'node:url';
import { load, nameSources } from './loader.js';

const program = fileURLToPath(new URL('service.cjs', import.meta.url));
nameSources(program);
load(program);
`,
);
// Without this, compiling takes half of the time of a start. The build compiles the code that a start needs once.
const compile = fileURLToPath(new URL('bundle-compile.mjs', import.meta.url));
await whileStarted([compile, resolve(program)], () => {});
