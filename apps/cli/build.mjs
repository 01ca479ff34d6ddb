/** Bundles the CLI with everything it imports: one small entry file, and a chunk for each command. */
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { axiosOverHttp } from './axios-over-http.mjs';
import { bundle } from '../../tools/bundle.mjs';
import { thirdPartyNotices } from '../../tools/third-party.mjs';

const { metafile } = await bundle(
  { main: 'src/main.ts', 'whole-tree': 'src/whole-tree.ts' },
  {
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    plugins: [axiosOverHttp],
  },
);
// Help and completion read the tree of commands instead of loading each command's options.
const { wholeTree } = await import('./dist/whole-tree.js');
await writeFile('dist/commands.json', JSON.stringify(await wholeTree()));
await rm('dist/whole-tree.js');
await writeFile('dist/THIRD-PARTY.txt', await thirdPartyNotices(Object.keys(metafile.inputs)));
await copyFile('../../LICENSE', 'dist/LICENSE');
