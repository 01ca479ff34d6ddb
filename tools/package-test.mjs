#!/usr/bin/env node
/** `test` of a package, which turbo runs in the package's folder: its test files, on what is built. */
import { relative } from 'node:path';
import { jest } from './jest.mjs';
import { ROOT, main } from './workspace.mjs';

const folder = relative(ROOT, process.cwd()).replaceAll('\\', '/');

await main(() => jest([`${folder}/`, '--passWithNoTests']));
