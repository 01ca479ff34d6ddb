/** Bundles the CLI with everything it imports: one small entry file, and a chunk for each command. */
import { copyFile, writeFile } from 'node:fs/promises';
import { bundle } from '../../tools/bundle.mjs';
import { thirdPartyNotices } from '../../tools/third-party.mjs';

const { metafile } = await bundle(
  { main: 'src/main.ts' },
  {
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
  },
);
await writeFile('dist/THIRD-PARTY.txt', await thirdPartyNotices(Object.keys(metafile.inputs)));
await copyFile('../../LICENSE', 'dist/LICENSE');
