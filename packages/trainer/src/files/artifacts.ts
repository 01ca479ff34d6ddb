import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ArtifactFile, KtrdrError } from '@ktrdr/contracts';
import { type OutsideFile, openOutsideFile, withOutsideFile } from '@ktrdr/files';

/** Relative paths as runs write them: no hidden names, no `..`. */
const PATH_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}$/;

/** Files below `directory`, as sorted relative paths with `/`. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .map((path) => path.split(sep).join('/'))
    .toSorted();
}

/** All files that a run wrote into its `outputDir`, with their sizes and hashes. */
export async function listArtifacts(outputDir: string): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const path of await filesBelow(outputDir)) {
    await withOutsideFile(outputDir, path, { maxBytes: Infinity }, async (file) => {
      const hash = createHash('sha256');
      for await (const piece of file.pieces()) hash.update(piece);
      files.push({ path, size: file.size, sha256: hash.digest('hex') });
    });
  }
  return files;
}

/** Opens one of the files of a run. Close it after use. @returns `null` if the run wrote no such file */
export async function openArtifact(outputDir: string, path: string): Promise<OutsideFile | null> {
  if (!(await filesBelow(outputDir)).includes(path)) return null;
  return openOutsideFile(outputDir, path, { maxBytes: Infinity });
}

/**
 * Writes one received file into a run's `outputDir`. A file that is there already is replaced.
 *
 * @returns the SHA-256 of its bytes
 * @throws KtrdrError `invalid_name` if the path is not one that runs write
 * @throws Error of the file system, or of `content`
 */
export async function writeArtifact(
  outputDir: string,
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<string> {
  if (!PATH_PATTERN.test(path))
    throw new KtrdrError('invalid_name', `'${path}' is not the name of a model's file.`);
  const file = join(outputDir, path);
  const hash = createHash('sha256');
  await mkdir(dirname(file), { recursive: true });
  await pipeline(
    content,
    async function* hashed(pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(file),
  );
  return hash.digest('hex');
}
