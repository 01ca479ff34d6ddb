import { KtrdrError } from '@ktrdr/contracts';
import { describeStale } from '@ktrdr/market-data';
import type { StaleBars } from '../data/feature-rows.js';

/** The error for bars that have no features because another timeframe's file does not cover them; `null` if every file covers them. */
export function staleFeatures(symbol: string, stale: readonly StaleBars[]): KtrdrError | null {
  const stretch = stale.at(-1);
  if (stretch === undefined) return null;
  const { file, timeframe } = stretch;
  return new KtrdrError(
    'not_enough_bars',
    `No requested bar has ${timeframe} features: ${describeStale(stretch)}. Add the missing ${timeframe} bars of ${symbol} to ${file}.`,
    { details: { file, timeframe } },
  );
}
