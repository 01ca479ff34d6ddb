import { KtrdrError } from '@ktrdr/contracts';
import type { BarsProblems } from '@ktrdr/market-data';

/** Place and cause of a problem. */
export interface ImportErrorOptions {
  line?: number;
  cause?: unknown;
}

/** An `import_invalid` error: `prices.zip: the archive holds no bars file`, `AAPL.csv:3: the quote that begins here is not closed`. */
export function importError(
  file: string,
  problem: string,
  { line, cause }: ImportErrorOptions = {},
): KtrdrError {
  const place = line === undefined ? file : `${file}:${line}`;
  const problems = line === undefined ? [] : [{ line, message: problem }];
  const details: BarsProblems = { file, problems, truncated: false };
  return new KtrdrError('import_invalid', `${place}: ${problem}`, {
    details,
    ...(cause === undefined ? {} : { cause }),
  });
}
