import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type ArtifactFile, KtrdrError } from '@ktrdr/contracts';
import { sha256 } from './checksum.js';
import { storageError } from './storage-error.js';

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

/** Reads all files that a run wrote into its `outputDir`, to send them to another machine. */
export async function readArtifacts(outputDir: string): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const path of await filesBelow(outputDir)) {
    const content = await readFile(join(outputDir, path));
    files.push({ path, sha256: sha256(content), content_base64: content.toString('base64') });
  }
  return files;
}

/**
 * Writes fetched files into a run's `outputDir`.
 *
 * @throws KtrdrError `model_damaged` if a file does not match its checksum; `invalid_name` if a path is not one that runs write;
 * `disk_full`, `storage_failed`
 */
export async function writeArtifacts(outputDir: string, files: readonly ArtifactFile[]): Promise<void> {
  for (const file of files) {
    if (!PATH_PATTERN.test(file.path)) {
      throw new KtrdrError('invalid_name', `'${file.path}' is not the name of a model's file.`);
    }
    const content = Buffer.from(file.content_base64, 'base64');
    if (sha256(content) !== file.sha256) {
      throw new KtrdrError(
        'model_damaged',
        `${file.path} does not match its checksum: the transfer has changed it. Nothing was stored. Train again.`,
        { details: { file: file.path } },
      );
    }
    const path = join(outputDir, file.path);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    } catch (error) {
      throw storageError(error, `writing ${path}`);
    }
  }
}
