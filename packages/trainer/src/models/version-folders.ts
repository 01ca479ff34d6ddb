import { readdir } from 'node:fs/promises';
import { MODEL_VERSION_PATTERN, type Timeframe } from '@ktrdr/contracts';
import { unlessMissing } from '../files/storage-error.js';

/** A file `1h_v3.deleted` beside the models reserves the number of a deleted model. */
export const DELETED_SUFFIX = '.deleted';

/** Names of the directories that match. @throws KtrdrError `storage_failed` */
export async function directoriesIn(directory: string, pattern: RegExp): Promise<string[]>;
/** @returns `otherwise` if there is no such directory */
export async function directoriesIn<T>(
  directory: string,
  pattern: RegExp,
  otherwise: T,
): Promise<string[] | T>;
export async function directoriesIn(
  directory: string,
  pattern: RegExp,
  otherwise: unknown = [],
): Promise<unknown> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) =>
    unlessMissing(error, directory, null),
  );
  if (entries === null) return otherwise;
  return entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name)).map(({ name }) => name);
}

/** Highest number of a timeframe's models, including deleted models; 0 if there is none. */
export async function highestNumber(folder: string, timeframe: Timeframe): Promise<number> {
  let highest = 0;
  for (const name of await readdir(folder)) {
    const [, of, number] = MODEL_VERSION_PATTERN.exec(name.replace(DELETED_SUFFIX, '')) ?? [];
    if (of === timeframe) highest = Math.max(highest, Number(number));
  }
  return highest;
}
