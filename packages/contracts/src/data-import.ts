import type { DataReport } from './data-report.js';
import type { Timeframe } from './names.js';
import type { OperationMetadata } from './operation.js';

/** Bars from files of other programs: the choices of an import, what it understood, its questions and its result. */

/** What a column of a file means. */
export const IMPORT_COLUMNS = [
  'time',
  'date',
  'open',
  'high',
  'low',
  'close',
  'adjusted_close',
  'volume',
  'symbol',
  'close_time',
] as const;
/** What a column of a file means. `date` is the day if the time of day has its own column, `time`. */
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** What happens to bars that differ from those of an existing file. */
export const CONFLICT_CHOICES = ['refuse', 'keep', 'replace'] as const;
/** What happens to bars that differ from those of an existing file: nothing is imported; the old ones stay; the new ones win. */
export type ConflictChoice = (typeof CONFLICT_CHOICES)[number];

/** How prices are adjusted for splits and dividends. */
export const ADJUST_CHOICES = ['none', 'close', 'ratio'] as const;
/**
 * How prices are adjusted for splits and dividends: not at all; only the close is replaced by the adjusted one; all four prices are
 * multiplied by adjusted close / close.
 */
export type AdjustChoice = (typeof ADJUST_CHOICES)[number];

/** What is done with a row that has a bad value. */
export const BAD_ROW_CHOICES = ['refuse', 'drop'] as const;
/** What is done with a row that has a bad value. */
export type BadRowChoice = (typeof BAD_ROW_CHOICES)[number];

/** What the time of a bar is: that of its open or of its close. */
export const STAMP_CHOICES = ['open', 'close'] as const;
/** What the time of a bar is: that of its open or of its close. */
export type StampChoice = (typeof STAMP_CHOICES)[number];

/** Choices of an import. What is missing is read from the file, or asked if the file does not say it for certain. */
export interface ImportChoices {
  /** Symbol of the bars. For a file with one symbol. */
  symbol?: string;
  /** New names for symbols of the file. */
  symbol_map?: Record<string, string>;
  timeframe?: string;
  /** Time zone of local times: a name of the tz database, `UTC` or an offset such as `-05:00`. */
  timezone?: string;
  /** Format of dates: `YYYY-MM-DD HH:mm:ss`, `DD/MM/YYYY`, `unix_s`, `unix_ms`, `unix_us`, `unix_ns`. */
  date_format?: string;
  /** Default: `open`, if the file does not say it. */
  stamps?: StampChoice;
  /** Name of a column, or its number from 1, by meaning. */
  columns?: Partial<Record<ImportColumn, string>>;
  /** Sign before the decimals. */
  decimal?: '.' | ',';
  /** Default: `none`. */
  adjust?: AdjustChoice;
  /** Default: `refuse`. */
  bad_rows?: BadRowChoice;
  /** Default: `refuse`. */
  on_conflict?: ConflictChoice;
}

/** The file: an upload, or a path below `IMPORT_DIR`. Exactly one of the two. */
export interface ImportSource {
  /** Id from `POST /data/uploads`. */
  upload_id?: string;
  /** Path below the API's `IMPORT_DIR`. */
  path?: string;
}

/** Body of `POST /data/imports/preview`. */
export interface PreviewImportRequest extends ImportSource, ImportChoices {
  /** Name of a kept profile. Choices of the request win. */
  profile?: string;
}

/** Body of `POST /data/imports/start`. */
export interface StartImportRequest extends PreviewImportRequest {
  task_id?: string;
}

/** Query of `POST /data/uploads`. */
export interface UploadFileQuery {
  /**
   * Name of the file. Its ending says how it is compressed, and its name is the symbol if the file has none.
   *
   * @example "AAPL_1h.csv.gz"
   */
  file: string;
}

/** `data` of `POST /data/uploads`. */
export interface UploadedFile {
  upload_id: string;
  /** Name that the user gave the file. */
  file: string;
  bytes: number;
  sha256: string;
}

/** The choices that a file may leave open. */
export const IMPORT_QUESTIONS = [
  'symbol',
  'timeframe',
  'timezone',
  'date_format',
  'stamps',
  'columns',
  'decimal',
  'bad_rows',
  'on_conflict',
] as const;
/** The choice that a file leaves open. */
export type ImportQuestionChoice = (typeof IMPORT_QUESTIONS)[number];

/** A choice that the file leaves open. */
export interface ImportQuestion {
  choice: ImportQuestionChoice;
  /** What cannot be known from the file, and why: with lines. */
  message: string;
  /** Answers to choose from, the likeliest first; empty: any text. */
  answers: string[];
  /** Why the first answer is likely, for example what the source of this layout documents; `null` if none is. */
  suggestion: string | null;
}

/** A line that is not imported. */
export interface LeftOutRow {
  /** Line in the file, 1-based. */
  line: number;
  reason: string;
}

/** One bar, as it would be stored. */
export interface PreviewBar {
  /** As in a bars file. */
  time: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Bars of one symbol in a file. */
export interface ImportedBars {
  symbol: string;
  /** `null` while it is asked. */
  timeframe: Timeframe | null;
  rows: number;
  /** As in a bars file; in the file's own words while the time zone is asked. */
  first: string;
  last: string;
  /** First two bars and the last one. Empty while something is asked that they depend on. */
  preview: PreviewBar[];
}

/** What an import understood of a file. `data` of `POST /data/imports/preview`. */
export interface ImportPreview {
  file: string;
  bytes: number;
  sha256: string;
  /** For display: `CSV, separated by ";", decimal comma, Windows-1252, gzip`. */
  format: string;
  /** Column of the file by meaning, for display. */
  columns: Partial<Record<ImportColumn, string>>;
  /** Columns without a use. */
  ignored_columns: string[];
  /** How the file writes times: `DD.MM.YYYY HH:mm`. */
  date_format: string;
  /** Zone of the times; `null` while it is asked, and for dates without a time. */
  timezone: string | null;
  stamps: StampChoice;
  /** One for each symbol. */
  bars: ImportedBars[];
  /** Number of rows that are not imported, and the first 100 of them. */
  left_out_rows: number;
  left_out: LeftOutRow[];
  /** What the user should know: an adjusted close that is not used, a volume that is ticks. */
  notes: string[];
  /** The import is refused until all have an answer. */
  questions: ImportQuestion[];
}

/** Metadata of an import. */
export interface ImportMetadata extends OperationMetadata {
  file: string;
  /** `null` until it is known. */
  symbols: string[] | null;
}

/** What an import or a download did to one bars file. */
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
  /** Bars that were not there before. */
  added: number;
  /** Bars that replaced different ones. */
  replaced: number;
  /** Bars that were there already. */
  unchanged: number;
}

/** What resampling did to one bars file. */
export interface ResampledFile extends StoredBars {
  /** 1 if the last bar was incomplete and is left out, else 0. */
  left_out: number;
}

/** Result of an import. */
export interface ImportResult {
  understood: Omit<ImportPreview, 'questions' | 'bars'>;
  stored: StoredBars[];
}

/** Where bars came from. */
export interface BarsOrigin {
  kind: 'import' | 'download' | 'resample' | 'sample';
  /** Name of the imported file; the source of a download; the bars that were resampled. */
  from: string;
  /** SHA-256 of the imported file; `null` otherwise. */
  sha256: string | null;
  profile: string | null;
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
  /** Newest first; empty if unknown. */
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

/** Several bars of a file in a row, as one bar of its chart. */
export interface ChartBar {
  /** Open time of the first of these bars. */
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
  /** All bars of the file, combined into a few. */
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
  /** Zone of the exchange, so that daily bars are its days. Default: days of UTC. */
  timezone?: string;
  /**
   * What happens to bars that differ from those of an existing file.
   *
   * @default "refuse"
   */
  on_conflict?: ConflictChoice;
}

/** `data` of `POST /data/resample`. */
export interface ResampledBars {
  stored: ResampledFile[];
}

/** Choices of an import that were kept under a name. */
export interface ImportProfile {
  name: string;
  choices: ImportChoices;
}

/** `data` of `GET /data/profiles`. */
export interface ProfileList {
  profiles: ImportProfile[];
}

/** `data` of `DELETE /data/profiles/:name`. */
export interface DeletedProfile {
  name: string;
}

/** Metadata of a download. */
export interface DownloadMetadata extends OperationMetadata {
  symbol: string;
  timeframe: string;
  source: string;
}

/** Result of a download. */
export interface DownloadResult {
  source: string;
  requests: number;
  /** Bars that the source sent. */
  received: number;
  stored: StoredBars[];
  notes: string[];
}

/** Body of `POST /data/downloads/start`. */
export interface StartDownloadRequest {
  symbol: string;
  timeframe: string;
  /** Name of a configured source: `binance`, `kraken`, `stooq`. */
  source: string;
  /** `YYYY-MM-DD`. Default: the first bar that is missing. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. Default: the newest closed bar. */
  end_date?: string;
  on_conflict?: ConflictChoice;
  task_id?: string;
}
