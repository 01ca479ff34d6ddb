#!/usr/bin/env node
/** Last step of a service's build, in its folder: bundles it with Nest into `dist/service.js`, which `dist/main.js` starts. */
import { readFile, writeFile } from 'node:fs/promises';
import { bundle } from './bundle.mjs';

/** Optional parts of Nest and pg that are not installed. They are imported only where they are used. */
const NOT_INSTALLED = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'pg-cloudflare',
  'pg-native',
];

/**
 * The page at `/docs` finds its files from where Nest's package is. (Its `PartialType` and terminus' `@HealthCheck`, which nobody uses,
 * look for packages in the same way, and would find them a second time.)
 */
const docsFiles = {
  name: 'docs-files',
  setup({ onLoad }) {
    onLoad({ filter: /@nestjs\/swagger\/dist\/swagger-ui\/swagger-ui\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      if (!contents.includes('import.meta.url')) throw new Error('it finds its files in another way now');
      return { contents: contents.replaceAll('import.meta.url', "import.meta.resolve('@nestjs/swagger')") };
    });
  },
};

await bundle(
  { service: 'dist/modules/main.js' },
  {
    // Stacks in the log name the sources. The sources themselves stay in the repository.
    sourcemap: true,
    sourcesContent: false,
    external: NOT_INSTALLED,
    plugins: [docsFiles],
    // as ES modules: Nest imports them when it needs them, and looks for their functions
    alias: {
      'class-transformer': 'class-transformer/esm2015/index.js',
      'class-validator': 'class-validator/esm2015/index.js',
    },
    // Nest uses class names in its log and in the document
    keepNames: true,
  },
);

// Node reads the source maps only of files that it loads after this.
await writeFile('dist/main.js', "process.setSourceMapsEnabled(true);\nawait import('./service.js');\n");
