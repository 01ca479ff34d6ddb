import { readdir } from 'node:fs/promises';
import { folderMissing, TIMEFRAMES, type Timeframe } from '@ktrdr/contracts';
import { parseBarsFileName } from './bars-file.js';
import { settleBars } from './store/bars-transaction.js';

/** One bars file of a data folder. */
export interface AvailableBars {
  symbol: string;
  timeframe: Timeframe;
  /** Base name of the file. */
  file: string;
}

/**
 * The bars files of a folder, sorted by symbol, then from fine to coarse timeframe.
 *
 * @throws KtrdrError `folder_missing`
 */
export async function listBars(dataDir: string): Promise<AvailableBars[]> {
  await settleBars(dataDir);
  const names = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw folderMissing(dataDir, 'DATA_DIR');
    throw error;
  });
  const found = names.flatMap((file) => {
    const name = parseBarsFileName(file);
    return name === undefined ? [] : [{ ...name, file }];
  });
  return found.sort(
    (a, b) =>
      (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0) ||
      TIMEFRAMES.indexOf(a.timeframe) - TIMEFRAMES.indexOf(b.timeframe),
  );
}
