import { isTimeframe, SYMBOL_PATTERN, TIMEFRAMES } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';

/** Endings of files that an import may have: a word with one is a file, not a symbol. */
const FILE_ENDING = /\.(csv|txt|tsv|dat|prn|json|jsonl|ndjson|parquet|feather|arrow|gz|gzip|zip)$/i;
const PATTERN = /[*?[\]{}]/;
/** Written like a timeframe: `2h`, `15min`. */
const LIKE_TIMEFRAME = /^\d{1,3}[a-z]{1,6}$/i;

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
 *
 * @throws UsageError if the last of several words after the file is written like a timeframe, and is none
 */
export function importWords(words: readonly string[], exists: (path: string) => boolean): ImportWords {
  const files = [...words];
  const isFile = (word: string): boolean => FILE_ENDING.test(word) || PATTERN.test(word) || exists(word);
  const takeLast = (isMeant: (word: string) => boolean): string | undefined => {
    const last = files.at(-1) ?? '';
    return files.length > 1 && !isFile(last) && isMeant(last) ? files.pop() : undefined;
  };
  const last = files.at(-1) ?? '';
  if (files.length > 2 && LIKE_TIMEFRAME.test(last) && !isTimeframe(last) && !isFile(last))
    throw new UsageError(`${last} is not a timeframe: choose one of ${TIMEFRAMES.join(', ')}.`);
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
