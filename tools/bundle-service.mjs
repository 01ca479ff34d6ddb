#!/usr/bin/env node
/** Last step of a service's build, run in its folder: bundles the service and Nest into `dist/service.js`, which `dist/main.js` starts. */
import { writeFile } from 'node:fs/promises';
import { bundle } from './bundle.mjs';

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

await bundle(
  { service: 'dist/modules/main.js' },
  {
    // half of the time that a service needs to start is for reading its program
    minifySyntax: true,
    minifyWhitespace: true,
    // stack traces name source files; the sources themselves are not shipped
    sourcemap: true,
    sourcesContent: false,
    external: NOT_INSTALLED,
    // the ES module builds: Nest imports these packages dynamically and needs their named exports
    alias: {
      'class-transformer': 'class-transformer/esm2015/index.js',
      'class-validator': 'class-validator/esm2015/index.js',
    },
    // no `keepNames`: it defines the name of every closure that a request makes, a third of the time of a small request
  },
);

// Node applies source maps only to files that it loads after this call. A limit of open files can be too low even for loading.
await writeFile(
  'dist/main.js',
  `process.setSourceMapsEnabled(true);
try {
  await import('./service.js');
} catch (error) {
  if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error;
  process.stderr.write(\`Too many open files (\${error.code}). Raise the limit, for example: ulimit -n 4096\\n\`);
  process.exit(1);
}
`,
);
