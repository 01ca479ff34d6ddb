import { barsFileName } from '../bars-file.js';
import { openBarsFile } from '../bars-access.js';
import { sourcesFile } from './bars-sources.js';
import { BarsTransaction } from './bars-transaction.js';

/**
 * Removes a bars file and what is known about its origin.
 *
 * @returns the name of the file
 * @throws KtrdrError `invalid_name`, `bars_not_found`, `bars_invalid` (not a file), `storage_failed`
 */
export async function deleteBars(dataDir: string, symbol: string, timeframe: string): Promise<string> {
  const file = barsFileName(symbol, timeframe);
  const check = async () => (await openBarsFile({ dataDir, symbol, timeframe })).close();
  // a missing folder must not be created
  await check();
  await BarsTransaction.run(dataDir, `deleting ${file}`, undefined, async (transaction) => {
    await check();
    transaction.remove(file);
    transaction.remove(sourcesFile(file));
  });
  return file;
}
