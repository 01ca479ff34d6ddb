import type { Timeframe } from '@ktrdr/contracts';
import type { ColumnArrays } from '../bars-columns.js';

/**
 * Bars of one symbol, as an import or a download gives them: columns `[length]` in ascending order of time without duplicates.
 * `time` is the open time, ms UTC; daily and weekly bars open at 00:00 UTC of their date.
 */
export interface ParsedBars extends ColumnArrays {
  symbol: string;
  timeframe: Timeframe;
  length: number;
  /** True if they are not market data. Default: false. */
  synthetic?: boolean;
}
