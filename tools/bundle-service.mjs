#!/usr/bin/env node
/** Last step of a service's build, run in its folder: bundles the service and Nest into `dist/service.js`, which `dist/main.js` starts. */
import { readFile, writeFile } from 'node:fs/promises';
import { bundle } from './bundle.mjs';

/** Optional parts of Nest and pg that are not installed. They are imported only when they are used. */
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
 * The page at `/docs` finds its files relative to Nest's package, so the bundle must resolve that package. Nest's `PartialType` and
 * terminus' `@HealthCheck` have the same problem: they would load a second copy of a package. Nothing uses them.
 */
const docsFiles = {
  name: 'docs-files',
  setup({ onLoad }) {
    onLoad({ filter: /@nestjs\/swagger\/dist\/swagger-ui\/swagger-ui\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      if (!contents.includes('import.meta.url')) {
        throw new Error(
          `${path} no longer uses import.meta.url: adapt the plugin docs-files in tools/bundle-service.mjs`,
        );
      }
      return { contents: contents.replaceAll('import.meta.url', "import.meta.resolve('@nestjs/swagger')") };
    });
  },
};

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
    plugins: [docsFiles],
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
