import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { withOutsideFile } from '@ktrdr/files';
import { type Bars } from '../bars.js';
import { BarsParser } from '../bars-parser.js';
import { feed } from '../read-bars.js';

const require = createRequire(import.meta.url);
/** Ten times the size of the file. */
const MOST_BYTES = 4 * 2 ** 20;

/** Real daily bars of the S&P 500 index, 2000-01-03 to 2020-04-17, from the npm package vega-datasets. */
export interface Sp500 {
  bars: Bars;
  /** Origin of the bars, as a readable text. */
  source: string;
}

/** True for `SP500 1d`, the only real sample. */
export function isSp500(symbol: string, timeframe: string): boolean {
  return symbol.toUpperCase() === 'SP500' && timeframe === '1d';
}

/** Reads the bars from the installed package. */
export async function readSp500(): Promise<Sp500> {
  // The package exports only its entry file; the data files are next to it.
  const root = join(dirname(require.resolve('vega-datasets')), '..');
  const file = 'sp500-2000.csv';
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const parser = new BarsParser({
    symbol: 'SP500',
    timeframe: '1d',
    file,
    bytes: MOST_BYTES / 10,
    timestampName: 'date',
  });
  await withOutsideFile(join(root, 'data'), file, { maxBytes: MOST_BYTES }, (opened) => feed(parser, opened));
  return { bars: parser.finish(), source: `S&P 500 index, from the npm package vega-datasets ${version}` };
}
