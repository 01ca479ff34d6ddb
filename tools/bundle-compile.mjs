/** Runs a bundled program and stores the code that Node compiled while the program ran. Arguments: the program, then the program's arguments. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compiledFile, run } from './bundle-loader.mjs';

const program = resolve(process.argv.splice(2, 1)[0]);
const source = readFileSync(program, 'utf8');
const { script, exports } = run(program, source);
process.on('exit', () => writeFileSync(compiledFile(program, source), script.createCachedData()));
await exports.runProcess?.(process.argv.slice(2));
