import type { Timeframe } from '@ktrdr/contracts';
import { readBars } from '@ktrdr/market-data';
import type { Bars } from '@ktrdr/market-data';

import { REAL_BARS, realBars, requires } from '../../../../tools/requirements.js';

/** `test` for tests that call {@link readRealBars}. */
export const { test: onRealBars } = requires(realBars());

/** Reads bars of a real market. */
export function readRealBars(symbol: string, timeframe: Timeframe): Promise<Bars> {
  return readBars({ dataDir: REAL_BARS, symbol, timeframe });
}
