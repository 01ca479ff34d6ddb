import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { IMPORT_FILE_ENDING } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { lookedIn } from '../looked-in.js';
import { nearest } from '../nearest.js';

/**
 * Files that words name: a file, the files of a folder, or those that fit a pattern (`data/*.csv`).
 *
 * @throws UsageError if a word names no file
 */
export function findFiles(words: readonly string[]): string[] {
  return [...new Set(words.flatMap(filesOf))];
}

function filesOf(word: string): string[] {
  const found = statOf(word);
  if (found?.isDirectory() === true) {
    const files = filesIn(word, (name) => IMPORT_FILE_ENDING.test(name));
    if (files.length > 0) return files;
    throw new UsageError(
      `The folder ${word} has no files of bars: .csv, .tsv, .txt, .json, .parquet, .feather, .gz, .zip.`,
    );
  }
  if (found !== null) return [word];
  if (/[*?]/.test(basename(word))) {
    const pattern = patternOf(basename(word));
    const files = filesIn(dirname(word), (name) => pattern.test(name));
    if (files.length > 0) return files;
    throw new UsageError(`No file matches ${word}${lookedIn(word)}.`);
  }
  const folder = dirname(word);
  const meant = nearest(
    basename(word),
    filesIn(folder, () => true).map((path) => basename(path)),
  );
  const hint = meant === null ? '' : ` Did you mean ${join(folder, meant)}?`;
  throw new UsageError(`There is no file ${word}${lookedIn(word)}.${hint}`);
}

function filesIn(folder: string, isMeant: (name: string) => boolean): string[] {
  const names = statOf(folder)?.isDirectory() === true ? readdirSync(folder) : [];
  return names
    .filter((name) => !name.startsWith('.') && isMeant(name))
    .map((name) => (folder === '.' ? name : join(folder, name)))
    .filter((path) => statOf(path)?.isFile() === true)
    .toSorted();
}

function statOf(path: string): ReturnType<typeof statSync> | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** `*` stands for any characters, `?` for one. */
function patternOf(text: string): RegExp {
  const parts = text.split('').map((character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : character.replace(/[.+^${}()|[\]\\]/, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
