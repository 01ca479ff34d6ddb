import { hash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** A file in the encodings that the build wrote. */
export interface StaticFile {
  type: string;
  /** Hash of the content, in quotes, without the encoding. */
  etag: string;
  plain: Buffer;
  br: Buffer | undefined;
  gzip: Buffer | undefined;
}

/** The files of a folder by their paths, such as `assets/main-a1b2.js`. */
export type StaticFolder = ReadonlyMap<string, StaticFile>;

/** Content types by the endings that a build of the page writes. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const ENCODED = new Set(['.br', '.gz']);

/**
 * Reads all files of a folder into memory, a few megabytes. A request then only looks its path up in a fixed list: no address can
 * lead out of the folder.
 *
 * @returns `null` if the folder is missing
 */
export async function readStaticFolder(folder: string): Promise<StaticFolder | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (entries === null) return null;
  const paths = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)),
  );
  const read = async (path: string): Promise<Buffer | undefined> =>
    paths.has(path) ? readFile(join(folder, path)) : undefined;
  const files = new Map<string, StaticFile>();
  for (const path of paths) {
    if (ENCODED.has(extname(path))) continue;
    const plain = await readFile(join(folder, path));
    files.set(path.replaceAll(sep, '/'), {
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      etag: `"${hash('sha256', plain, 'base64url').slice(0, 22)}"`,
      plain,
      br: await read(`${path}.br`),
      gzip: await read(`${path}.gz`),
    });
  }
  return files;
}
