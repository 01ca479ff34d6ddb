/** Bundles a program with its imports into one file and chunks in `dist`, because thousands of files take seconds to load. */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

/** Bundles the package in the current folder. `entryPoints`, `options` and the result are esbuild's. */
export async function bundle(entryPoints, options) {
  rmSync('dist/chunks', { recursive: true, force: true });
  return build({
    entryPoints,
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // CommonJS packages inside the bundle require Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
    ...options,
  });
}
