#!/usr/bin/env node
/**
 * Last step of the API's build, run in its folder: copies the page and the documentation into `dist`, beside the service that
 * serves them, and compresses what compresses well.
 */
import { existsSync } from 'node:fs';
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Endings of text files. Pictures and fonts are compressed already. */
const TEXT = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.webmanifest']);
/** A smaller file fits into one packet anyway. */
const SMALLEST = 1_000;

const web = dirname(createRequire(`${process.cwd()}/`).resolve('@ktrdr/web/package.json'));
for (const folder of ['page', 'docs']) {
  const target = join('dist', folder);
  await rm(target, { recursive: true, force: true });
  if (!existsSync(join(web, 'dist', folder))) continue;
  await cp(join(web, 'dist', folder), target, { recursive: true });
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
    const text = await readFile(file);
    if (text.length < SMALLEST) continue;
    await writeFile(`${file}.br`, brotliCompressSync(text));
    await writeFile(`${file}.gz`, gzipSync(text, { level: 9 }));
  }
}
