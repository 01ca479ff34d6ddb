/**
 * Bundles the CLI with everything it imports: `dist/main.js` with the help, and `dist/program.cjs` with all commands. One file loads
 * faster than many chunks.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { axiosOverHttp } from './axios-over-http.mjs';
import { bundle, bundleProgram } from '../../tools/bundle.mjs';
import { thirdPartyNotices } from '../../tools/third-party.mjs';

const MINIFIED = { minifySyntax: true, minifyWhitespace: true, metafile: true };

/** Redirects the dynamic imports of `main` to the bundled program. */
const fromProgram = {
  name: 'from-program',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/run-(process|complete)\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: 'program', namespace: 'program' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'program' }, () => ({
      contents: `import { fileURLToPath } from 'node:url';
import { load } from '../../tools/bundle-loader.mjs';
export const { runProcess, runComplete } = load(fileURLToPath(new URL('program.cjs', import.meta.url)));`,
      resolveDir: import.meta.dirname,
    }));
  },
};

const main = await bundle({ main: 'src/main.ts' }, { ...MINIFIED, plugins: [fromProgram] });
const program = 'dist/program.cjs';
const { metafile } = await bundleProgram(program, {
  ...MINIFIED,
  stdin: {
    contents: `export const runProcess = async (args) => (await import('./src/run-process.js')).runProcess(args);
export const runComplete = async (words) => (await import('./src/completion/run-complete.js')).runComplete(words);`,
    resolveDir: '.',
  },
  plugins: [axiosOverHttp],
});
// Help and completion read the tree of commands instead of loading each command's options.
await bundle({ 'whole-tree': 'src/whole-tree.ts' });
const { wholeTree } = await import('./dist/whole-tree.js');
await writeFile('dist/commands.json', JSON.stringify(await wholeTree()));
await rm('dist/whole-tree.js');
const inputs = [main.metafile, metafile].flatMap((built) => Object.keys(built.inputs));
await writeFile('dist/THIRD-PARTY.txt', await thirdPartyNotices([...new Set(inputs)]));
await copyFile('../../LICENSE', 'dist/LICENSE');

// Each run adds the code that it compiles. No API answers at this address, so a command ends after its first request.
for (const words of [
  ['--version'],
  ['models', 'train', 'build.mjs'],
  ['operations', 'list'],
  ['models', 'train'],
])
  execFileSync(process.execPath, ['../../tools/bundle-compile.mjs', program, ...words], {
    env: { KTRDR_API_URL: 'http://127.0.0.1:9' },
    stdio: 'ignore',
  });
