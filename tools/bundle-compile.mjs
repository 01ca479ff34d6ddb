/** Runs a bundled program and stores the code that Node has compiled until it ends. Arguments: the program, then its own. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compiledFile, run } from './bundle-loader.mjs';

const program = resolve(process.argv.splice(2, 1)[0]);
const { script, exports } = run(program);
process.on('exit', () => writeFileSync(compiledFile(program), script.createCachedData()));
await exports.runProcess?.(process.argv.slice(2));
