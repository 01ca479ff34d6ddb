import { IMPORT_FILE_ENDING, isTimeframe, SYMBOL_PATTERN, TIMEFRAMES, timeframeHint } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';

/** A number and a unit of time: `2h`, `10min`. */
const LIKE_TIMEFRAME = /^\d+ ?(m|min|minutes?|h|hours?|d|days?|w|weeks?|mo|months?)$/i;
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
 *
 * @throws UsageError for a last word that looks like a timeframe and is none
 */
export function importWords(words: readonly string[], exists: (path: string) => boolean): ImportWords {
  const files = [...words];
  const isFile = (word: string): boolean =>
    IMPORT_FILE_ENDING.test(word) || PATTERN.test(word) || exists(word);
  const takeLast = (isMeant: (word: string) => boolean): string | undefined => {
    const last = files.at(-1) ?? '';
    return files.length > 1 && !isFile(last) && isMeant(last) ? files.pop() : undefined;
  };
  const timeframe = takeLast(isTimeframe);
  const wrong = timeframe === undefined ? takeLast((word) => LIKE_TIMEFRAME.test(word)) : undefined;
  if (wrong !== undefined) throw noTimeframe(wrong);
  const symbol = takeLast((word) => SYMBOL_PATTERN.test(word));
  return {
    files,
    ...(symbol === undefined ? {} : { symbol }),
    ...(timeframe === undefined ? {} : { timeframe }),
  };
}

function noTimeframe(word: string): UsageError {
  const hint = timeframeHint(word) || '.';
  return new UsageError(
    `${word} is not a timeframe: choose one of ${TIMEFRAMES.join(', ')}${hint} If it is the symbol, write --symbol ${word}.`,
  );
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
