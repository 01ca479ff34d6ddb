import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Timeframe } from '@ktrdr/contracts';
import { readBars } from '@ktrdr/market-data';
import type { Bars } from '@ktrdr/market-data';

const DIRECTORY =
  process.env['KTRDR_REAL_BARS'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** Bars of real markets; `null` where the folder `KTRDR_REAL_BARS` is missing. */
export async function realBars(symbol: string, timeframe: Timeframe): Promise<Bars | null> {
  return existsSync(DIRECTORY) ? readBars({ dataDir: DIRECTORY, symbol, timeframe }) : null;
}

/** For `test.skip`: says in a test's name why it did not run. */
export const hasRealBars = existsSync(DIRECTORY);
