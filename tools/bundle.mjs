/** Bundles a program with its imports into one file and chunks, because thousands of files take seconds to load. */
import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { HASH_LENGTH } from './bundle-loader.mjs';

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
      const address = `__addressIn('@ktrdr/${name}', ${relative})`;
      return { contents: contents.replaceAll('import.meta.url', address) };
    });
  },
};

/** Bundles programs of the package in the current folder as ES modules. `entryPoints`, `options` and the result are esbuild's. */
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
      js: [
        "import { createRequire as __createRequire } from 'node:module';",
        'const require=__createRequire(import.meta.url),',
        '__addressIn=(name,file)=>new URL(file,import.meta.resolve(name)).href;',
      ].join(''),
    },
    plugins: [...plugins, packageAddresses],
    ...options,
  });
}

/**
 * Bundles one program into `dist/NAME.cjs`, which `bundle-loader.mjs` loads. Only CommonJS can be compiled ahead of time.
 * A dynamically imported module runs when it is imported.
 */
export async function bundleProgram(name, { plugins = [], ...options }) {
  const program = join('dist', `${name}.cjs`);
  // Old compiled code must not stay beside a new program: V8 compares only the length of the source.
  mkdirSync('dist', { recursive: true });
  for (const file of readdirSync('dist').filter((file) => file.startsWith(`${basename(program)}.v`)))
    rmSync(join('dist', file));
  const built = await build({
    outfile: program,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    // a compiled script cannot import; `require` loads ES modules too
    supported: { 'dynamic-import': false },
    // Node prints the line of an uncaught error
    lineLimit: 200,
    define: {
      'import.meta.url': '__address',
      'import.meta.dirname': '__dirname',
      'import.meta.resolve': '__addressOf',
    },
    banner: {
      js: [
        "const __url=require('node:url').pathToFileURL,__address=__url(__filename).href,",
        '__addressOf=(name)=>__url(require.resolve(name)).href,',
        '__addressIn=(name,file)=>new URL(file,__addressOf(name)).href;',
      ].join(''),
    },
    plugins: [...plugins, packageAddresses],
    ...options,
  });
  // names the compiled code that belongs to it
  const hash = createHash('sha256')
    .update(await readFile(program))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  await appendFile(program, `//# ${hash}`);
  return { ...built, program };
}
