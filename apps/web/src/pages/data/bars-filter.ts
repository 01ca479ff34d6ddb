import type { BarsInfo, DataReport } from '@ktrdr/contracts';
import { gradeOf } from '../../bars/findings.js';

/** Filters of the list, as texts of the page address. An empty text is no filter. */
export interface BarsFilter {
  search: string;
  timeframe: string;
  /** `unusual`: only files with findings. */
  check: string;
}

/** Name of a file with its timeframe, as a key. */
export function barsKey({ symbol, timeframe }: { symbol: string; timeframe: string }): string {
  return `${symbol} ${timeframe}`;
}

/** Bars that match. @param reports by key; a file without a report is kept: its check is not known yet */
export function filterBars(
  bars: readonly BarsInfo[],
  { search, timeframe, check }: BarsFilter,
  reports: ReadonlyMap<string, DataReport>,
): BarsInfo[] {
  const word = search.trim().toLowerCase();
  return bars.filter((info) => {
    if (timeframe !== '' && info.timeframe !== timeframe) return false;
    if (word !== '' && !info.symbol.toLowerCase().includes(word)) return false;
    if (check !== 'unusual') return true;
    const report = reports.get(barsKey(info));
    return info.problem !== null || report === undefined || gradeOf(report.findings) !== 'good';
  });
}
