/** Bundles a program with its imports into one file, because thousands of files take seconds to load. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { appendFile, copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/** Bundles programs of the package in the current folder as ES modules in `dist`. `entryPoints`, `options` and the result are esbuild's. */
export function bundle(entryPoints, { plugins = [], ...options } = {}) {
  return build({
    entryPoints,
    outdir: 'dist',
    bundle: true,
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
 * Bundles one program, which `bundle-loader.mjs` loads. Only CommonJS can be compiled ahead of time. A dynamically imported module runs
 * when it is imported.
 *
 * @param program path of the bundle, such as `dist/service.cjs`
 */
export async function bundleProgram(program, { plugins = [], ...options }) {
  const folder = dirname(program);
  // Old compiled code must not stay beside a new program: V8 compares only the length of the source.
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder).filter((file) => file.startsWith(`${basename(program)}.v`)))
    rmSync(join(folder, file));
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
  return built;
}

/**
 * Bundles one program, and writes the ES module that starts it, with the loader beside it. Stack traces name source files; the sources
 * themselves are not shipped.
 *
 * @param starter path of the ES module, in the folder of the program
 */
export async function bundleStarted(program, starter, options) {
  await bundleProgram(program, { sourcemap: true, sourcesContent: false, ...options });
  await copyFile(new URL('bundle-loader.mjs', import.meta.url), join(dirname(starter), 'loader.js'));
  await writeFile(
    starter,
    `import { fileURLToPath } from 'node:url';
import { load, nameSources } from './loader.js';

const program = fileURLToPath(new URL('${basename(program)}', import.meta.url));
nameSources(program);
load(program);
`,
  );
}
