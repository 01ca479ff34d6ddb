#!/usr/bin/env node
/** Last step of a service's build, run in its folder: bundles the service and Nest into `dist/service.cjs`, which `dist/main.js` starts. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleStarted } from './bundle.mjs';
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

const program = 'dist/service.cjs';
await bundleStarted(program, 'dist/main.js', {
  entryPoints: ['dist/modules/main.js'],
  external: NOT_INSTALLED,
  // the ES module builds: Nest imports these packages dynamically and needs their named exports
  alias: {
    'class-transformer': 'class-transformer/esm2015/index.js',
    'class-validator': 'class-validator/esm2015/index.js',
  },
  // no `keepNames`: it names every closure that a request creates, which takes a third of the time of a small request
});
// Without this, compiling takes half of the time of a start. The build compiles the code that a start needs once.
const compile = fileURLToPath(new URL('bundle-compile.mjs', import.meta.url));
await whileStarted([compile, resolve(program)], () => {});
