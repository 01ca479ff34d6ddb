import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bars } from '../bars.js';
import { BarsParser } from '../bars-parser.js';
import { feed } from '../read-bars.js';

/** Real daily bars of the S&P 500 index, 2000-01-03 to 2020-04-17, as the npm package vega-datasets carries them. */
export interface Sp500 {
  bars: Bars;
  /** Where they come from, for people. */
  source: string;
}

export function isSp500(symbol: string, timeframe: string): boolean {
  return symbol.toUpperCase() === 'SP500' && timeframe === '1d';
}

export async function readSp500(): Promise<Sp500> {
  // The package exports its entry file alone; the data lie beside its folder.
  const root = fileURLToPath(new URL('..', import.meta.resolve('vega-datasets')));
  const path = join(root, 'data/sp500-2000.csv');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const handle = await open(path, 'r');
  try {
    const parser = new BarsParser({
      symbol: 'SP500',
      timeframe: '1d',
      file: basename(path),
      capacity: 5200,
      timestampName: 'date',
    });
    await feed(parser, handle);
    return { bars: parser.finish(), source: `S&P 500 index, from the npm package vega-datasets ${version}` };
  } finally {
    await handle.close();
  }
}
