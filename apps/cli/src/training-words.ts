import { UsageError } from './cli-error.js';

/** The arguments of `ktrdr models train`: files, then symbols and timeframes. */
export interface TrainingWords {
  files: string[];
  symbols: string[] | undefined;
  timeframes: string[] | undefined;
}

export function isStrategyFile(word: string): boolean {
  return /\.ya?ml$/i.test(word);
}

/**
 * Tells files from symbols and timeframes: a file ends in `.yaml` or `.yml`. The first word is a file in any case.
 *
 * @throws UsageError for an unexpected argument, a file named twice, or an empty name
 */
export function trainingWords([first = '', ...others]: readonly string[]): TrainingWords {
  const files = [first, ...others.filter(isStrategyFile)];
  const [symbols, timeframes, ...more] = others.filter((word) => !isStrategyFile(word));
  if (more.length > 0)
    throw new UsageError(
      `'${more[0]}' is an unexpected argument. A strategy file ends in .yaml or .yml; write the symbols (A,B) and the timeframes (1h,1d) after the files.`,
    );
  const twice = files.find((file, index) => files.indexOf(file) < index);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice.`);
  return { files, symbols: names('symbol', symbols), timeframes: names('timeframe', timeframes) };
}

/** `AAPL,GOOG` as a list. */
function names(what: string, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const list = text.split(',').map((name) => name.trim());
  if (list.includes('')) throw new UsageError(`'${text}' has an empty ${what}. Write several as A,B.`);
  return list;
}
