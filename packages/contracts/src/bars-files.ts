import type { DataReport } from './data-report.js';
import type { Timeframe } from './names.js';

/** Bars files of `DATA_DIR`: what changes them, what is in them, and who uses them. */

/** Choices for bars that differ from stored bars of the same time. */
export const CONFLICT_CHOICES = ['refuse', 'keep', 'replace'] as const;
/** Choice for bars that differ from stored bars: `refuse` stores nothing, `keep` keeps the stored bars, `replace` takes the new bars. */
export type ConflictChoice = (typeof CONFLICT_CHOICES)[number];

/** Adjustments of prices for splits and dividends. */
export const ADJUST_CHOICES = ['none', 'close', 'ratio'] as const;
/**
 * Adjustment of prices for splits and dividends: `none`; `close` replaces the close by the adjusted close; `ratio` multiplies all
 * four prices by adjusted close / close.
 */
export type AdjustChoice = (typeof ADJUST_CHOICES)[number];

/** Changes of an import or a download to one bars file. */
export interface StoredBars {
  symbol: string;
  timeframe: Timeframe;
  /** Name of the file in `DATA_DIR`. */
  file: string;
  /** SHA-256 of the file. */
  sha256: string;
  /** Bars in the file now. */
  rows: number;
  first: string;
  last: string;
  /** Bars that the file did not have. */
  added: number;
  /** Bars that replaced different bars. */
  replaced: number;
  /** Stored bars that stayed although the new ones differ. Missing in results of earlier versions, which count them as unchanged. */
  kept?: number;
  /** Bars that the file already had. */
  unchanged: number;
}

/** Changes of a resampling to one bars file. */
export interface ResampledFile extends StoredBars {
  /** 1 if the last bar was incomplete and is left out, else 0. */
  left_out: number;
}

/** Where bars came from. */
export interface BarsOrigin {
  kind: 'import' | 'download' | 'resample' | 'sample';
  /** Name of the imported file, source of the download, or file of the resampled bars. */
  from: string;
  /** SHA-256 of the imported file; `null` otherwise. */
  sha256: string | null;
  profile: string | null;
  /** Adjustment of the imported prices. Missing for other kinds, and for imports of earlier versions. */
  adjust?: AdjustChoice;
  /**
   * Of an import: the time zone of the file's times, `null` for dates without a time; missing in imports of earlier versions. Of a
   * resampling: the zone of the days, missing for UTC.
   */
  timezone?: string | null;
  at: string;
  rows: number;
}

/** One bars file of `DATA_DIR`. */
export interface BarsInfo {
  symbol: string;
  timeframe: Timeframe;
  file: string;
  bytes: number;
  sha256: string;
  /** `null` if the file cannot be read, as are `first` and `last`. */
  rows: number | null;
  first: string | null;
  last: string | null;
  /** Why the file cannot be read. `null` if it can. */
  problem: string | null;
  /** Newest first; empty if ktrdr did not write the file. */
  origins: BarsOrigin[];
  /** True if the file has changed since its newest origin. */
  changed_since: boolean;
}

/** `data` of `GET /data`. */
export interface BarsList {
  bars: BarsInfo[];
}

/** Names one bars file. Query of `DELETE /data`. */
export interface BarsQuery {
  /**
   * Symbol of the bars.
   *
   * @example "AAPL"
   */
  symbol: string;
  /**
   * Timeframe of the bars.
   *
   * @example "1h"
   */
  timeframe: string;
}

/** Query of `GET /data/show`. */
export interface ShowBarsQuery extends BarsQuery {
  /**
   * Maximum number of bars in the chart.
   *
   * @default 200
   */
  points?: number;
}

/** One bar of a chart: consecutive bars of a file, combined. */
export interface ChartBar {
  /** Open time of the first combined bar. */
  time: string;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** A model that was trained on bars. */
export interface BarsUser {
  /** `strategy/timeframe_vN`. */
  model: string;
  /** True if the file is the same, byte for byte, as when the model was trained. */
  same_file: boolean;
}

/** `data` of `GET /data/show`. */
export interface BarsDetails {
  info: BarsInfo;
  report: DataReport;
  /** All bars of the file, combined into at most `points` bars. */
  chart: ChartBar[];
  models: BarsUser[];
}

/** Formats of an export. */
export const EXPORT_FORMATS = ['csv', 'parquet'] as const;
/** Format of an export. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Query of `GET /data/export`. */
export interface ExportBarsQuery extends BarsQuery {
  /**
   * Format of the file.
   *
   * @default "csv"
   */
  format?: ExportFormat;
  /** `YYYY-MM-DD`, included. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. */
  end_date?: string;
}

/** `data` of `DELETE /data`. */
export interface DeletedBars extends BarsQuery {
  /** Name that the file had in `DATA_DIR`. */
  file: string;
}

/** Body of `POST /data/resample`. */
export interface ResampleBarsRequest extends BarsQuery {
  /** Coarser timeframes: one file for each. */
  to: string[];
  /** Time zone of the exchange, for daily bars. Default: UTC. */
  timezone?: string;
  /**
   * Choice for bars that differ from stored bars.
   *
   * @default "refuse"
   */
  on_conflict?: ConflictChoice;
}

/** `data` of `POST /data/resample`. */
export interface ResampledBars {
  stored: ResampledFile[];
}
