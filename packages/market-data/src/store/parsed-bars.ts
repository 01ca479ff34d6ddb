import type { Timeframe } from '@ktrdr/contracts';

/**
 * Bars of one symbol, as an import or a download gives them: columns `[length]` in ascending order of time without duplicates.
 * `time` is the open time, ms UTC; daily and weekly bars open at 00:00 UTC of their date.
 */
export interface ParsedBars {
  symbol: string;
  timeframe: Timeframe;
  time: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  length: number;
  /** True if they are not market data. Default: false. */
  synthetic?: boolean;
}
