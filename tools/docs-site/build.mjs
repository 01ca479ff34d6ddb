#!/usr/bin/env node
/**
 * Builds the documentation site into the folder that is given: `node tools/docs-site/build.mjs apps/api/dist/docs`. The API must be built,
 * because two pages come from it: the HTTP API and the fields of strategy files. A dead link fails the build.
 */
import { join } from 'node:path';
import { compressFolder } from '../compress-folder.mjs';
import { askApi } from './src/ask-api.mjs';
import { DocumentProblems } from './src/site.mjs';
import { ROOT, writeSite } from './src/write-site.mjs';

async function main([outDir]) {
  if (outDir === undefined)
    throw new DocumentProblems('Name the folder for the site: node tools/docs-site/build.mjs FOLDER');
  await writeSite(outDir, await askApi(join(ROOT, 'apps/api/dist/main.js')));
  await compressFolder(outDir);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof DocumentProblems)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
