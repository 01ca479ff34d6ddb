/** Bundles a program with its imports into one file and chunks, because thousands of files take seconds to load. */
import { readFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** A built file of a package of this workspace. */
const BUILT_FILE = /[\\/]packages[\\/](?<name>[^\\/]+)[\\/]dist[\\/](?<file>.+\.js)$/;

/**
 * A package finds its programs, data and native libraries from `import.meta.url`. Inside a bundle this becomes the address of
 * the package's own file, which Node resolves through the package's name.
 */
const packageAddresses = {
  name: 'package-addresses',
  setup({ onLoad }) {
    onLoad({ filter: BUILT_FILE }, async ({ path }) => {
      const contents = await readFile(path, 'utf8');
      if (!contents.includes('import.meta.url')) return undefined;
      const { name, file } = BUILT_FILE.exec(path).groups;
      const relative = JSON.stringify(`./${file.replaceAll('\\', '/')}`);
      const address = `new URL(${relative}, import.meta.resolve('@ktrdr/${name}')).href`;
      return { contents: contents.replaceAll('import.meta.url', address) };
    });
  },
};

/** Bundles the package in the current folder. `entryPoints`, `options` and the result are esbuild's. */
export async function bundle(entryPoints, { outdir = 'dist', plugins = [], ...options }) {
  rmSync(join(outdir, 'chunks'), { recursive: true, force: true });
  return build({
    entryPoints,
    outdir,
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
    plugins: [...plugins, packageAddresses],
    ...options,
  });
}
