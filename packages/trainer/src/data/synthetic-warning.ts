import type { Bars } from '@ktrdr/market-data';
import { named } from './named.js';

/** The warning of trainings, backtests and predictions about files with synthetic bars. Empty if there are none. */
export function syntheticWarning(bars: Iterable<Bars>): string[] {
  const files = [...bars].filter(({ synthetic }) => synthetic).map(({ file }) => file);
  return files.length === 0
    ? []
    : [`${named(files)}: synthetic bars. Results on them say nothing about a market.`];
}
