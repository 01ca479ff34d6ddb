/** Bundles the CLI with all that it imports: one small file to start from, a chunk for each command. */
import { bundle } from '../../tools/bundle.mjs';

await bundle('src/main.ts', { minifySyntax: true, minifyWhitespace: true });
