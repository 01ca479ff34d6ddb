import { isTimeframe, SYMBOL_PATTERN } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';

/** Endings of files that an import may have: a word with one is a file, not a symbol. */
const FILE_ENDING = /\.(csv|txt|tsv|dat|prn|json|jsonl|ndjson|parquet|feather|arrow|gz|gzip|zip)$/i;
const PATTERN = /[*?[\]{}]/;

/** The words of `ktrdr data import`. */
export interface ImportWords {
  /** Files, folders and patterns. */
  files: string[];
  symbol?: string;
  timeframe?: string;
}

/**
 * Tells files from the symbol and the timeframe. The first word is a file. The last word is the timeframe if it is one (`1h`), and the
 * word before it, or else the last, is the symbol if it can be one. A word is never a symbol or timeframe if there is a file of that
 * name, or if it ends like a file (`.csv`).
 */
export function importWords(words: readonly string[], exists: (path: string) => boolean): ImportWords {
  const files = [...words];
  const isFile = (word: string): boolean => FILE_ENDING.test(word) || PATTERN.test(word) || exists(word);
  const takeLast = (isMeant: (word: string) => boolean): string | undefined => {
    const last = files.at(-1) ?? '';
    return files.length > 1 && !isFile(last) && isMeant(last) ? files.pop() : undefined;
  };
  const timeframe = takeLast(isTimeframe);
  const symbol = takeLast((word) => SYMBOL_PATTERN.test(word));
  return {
    files,
    ...(symbol === undefined ? {} : { symbol }),
    ...(timeframe === undefined ? {} : { timeframe }),
  };
}

/**
 * One value from a word and an option.
 *
 * @throws UsageError if both are given and differ
 */
export function oneOf(
  option: string,
  word: string | undefined,
  value: string | undefined,
): string | undefined {
  if (word === undefined || value === undefined || word === value) return value ?? word;
  throw new UsageError(`${option} ${value} differs from the word ${word}. Give only one of them.`);
}
