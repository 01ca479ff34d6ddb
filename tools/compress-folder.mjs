/** Compressed copies of the files that the API serves. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Endings of text files. Pictures and fonts are compressed already. */
const TEXT = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.webmanifest']);
/** A smaller file fits into one packet anyway. */
const SMALLEST = 1_000;

/** Writes `NAME.br` and `NAME.gz` beside each text file of a folder. */
export async function compressFolder(folder) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
    const text = await readFile(file);
    if (text.length < SMALLEST) continue;
    await writeFile(`${file}.br`, brotliCompressSync(text));
    await writeFile(`${file}.gz`, gzipSync(text, { level: 9 }));
  }
}
