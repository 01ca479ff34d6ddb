import type { AdjustChoice, ConflictChoice, StoredBars } from './bars-files.js';
import type { Timeframe } from './names.js';
import type { OperationMetadata } from './operation.js';

/** Import of bars from files of other programs: its choices, preview, questions and result. */

/** Endings of files of bars, packed or not. */
export const IMPORT_FILE_ENDING =
  /\.(csv|tsv|tab|txt|prn|asc|dat|json|jsonl|ndjson|parquet|pq|feather|arrow|arrows|ipc|zip|gz|gzip)$/i;

/** Meanings of columns. */
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
/** Meaning of a column. `date` is the date if the time of day has its own column, `time`. */
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** Choices for rows with an invalid value. */
export const BAD_ROW_CHOICES = ['refuse', 'drop'] as const;
/** Choice for rows with an invalid value: `refuse` stops the import, `drop` leaves the rows out. */
export type BadRowChoice = (typeof BAD_ROW_CHOICES)[number];

/** Choices for the times of bars. */
export const STAMP_CHOICES = ['open', 'close'] as const;
/** Whether the times of bars are open times or close times. */
export type StampChoice = (typeof STAMP_CHOICES)[number];

/** A number above 0 as `price_scale`: `10000`, `1e9`, `0.01`. */
export const PRICE_SCALE_PATTERN = /^(?=.*[1-9])\d{1,18}(\.\d{1,18})?$|^1e-?\d{1,2}$/;

/** Choices of an import. The import finds a missing choice in the file, or asks if the file does not say it for certain. */
export interface ImportChoices {
  /** Symbol of the bars, if the file has only one. */
  symbol?: string;
  /** New names for symbols of the file. */
  symbol_map?: Record<string, string>;
  timeframe?: string;
  /** Time zone of local times: a name of the tz database, `UTC` or an offset such as `-05:00`. */
  timezone?: string;
  /** Format of dates: `YYYY-MM-DD HH:mm:ss`, `DD/MM/YYYY`, `%d.%m.%Y`; or unit of numbers: `unix_s`, `unix_ms`, `unix_us`, `unix_ns`, `unix_d`, `excel`. */
  date_format?: string;
  /** Default: `open`, unless the file says otherwise. */
  stamps?: StampChoice;
  /** Name of a column, or its number from 1, by meaning. */
  columns?: Partial<Record<ImportColumn, string>>;
  /** Rows that are imported: the value of a column, by its name or its number from 1. `*` takes the rows of every value as one series. */
  only?: Record<string, string>;
  /** Decimal sign. */
  decimal?: '.' | ',';
  /** The prices of the file are divided by this number: `10000` if it writes 1.5 as 15000. */
  price_scale?: string;
  /** Default: `none`. */
  adjust?: AdjustChoice;
  /** Default: `refuse`. */
  bad_rows?: BadRowChoice;
  /** Default: `refuse`. */
  on_conflict?: ConflictChoice;
}

/** The file of an import: an upload or a path below `IMPORT_DIR`, but not both. */
export interface ImportSource {
  /** Id from `POST /data/uploads`. */
  upload_id?: string;
  /** Path below the API's `IMPORT_DIR`. */
  path?: string;
}

/** Body of `POST /data/imports/preview`. */
export interface PreviewImportRequest extends ImportSource, ImportChoices {
  /** Name of a profile. Choices of the request override the choices of the profile. */
  profile?: string;
}

/** Body of `POST /data/imports/start`. */
export interface StartImportRequest extends PreviewImportRequest {
  task_id?: string;
}

/** Query of `POST /data/uploads`. */
export interface UploadFileQuery {
  /**
   * Name of the file. The import takes the symbol from the name if the file has no symbol.
   *
   * @example "AAPL_1h.csv.gz"
   */
  file: string;
}

/** Query of `GET /data/uploads/check`. */
export interface CheckUploadQuery extends UploadFileQuery {
  /**
   * Size of the file.
   *
   * @asType integer
   * @minimum 0
   * @maximum 9007199254740991
   */
  bytes: number;
}

/** `data` of `POST /data/uploads`. */
export interface UploadedFile {
  upload_id: string;
  /** Name of the file. */
  file: string;
  bytes: number;
  sha256: string;
}

/** Choices that a file may leave open. */
export const IMPORT_QUESTIONS = [
  'symbol',
  'symbol_map',
  'timeframe',
  'timezone',
  'date_format',
  'stamps',
  'columns',
  'only',
  'decimal',
  'price_scale',
  'bad_rows',
  'on_conflict',
] as const;
/** Choice that a file may leave open. */
export type ImportQuestionChoice = (typeof IMPORT_QUESTIONS)[number];

/** Question about a choice that the file leaves open. */
export interface ImportQuestion {
  choice: ImportQuestionChoice;
  /** What the file leaves open, and why, with lines. */
  message: string;
  /** Answers to choose from, most likely first; empty if any text is allowed. */
  answers: string[];
  /** Why the first answer is likely, for example the documentation of the source; `null` if no answer is likely. */
  suggestion: string | null;
}

/** A row that is not imported. */
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
  /** `null` while it is an open question. */
  timeframe: Timeframe | null;
  rows: number;
  /** As in a bars file; as in the imported file while the time zone is open. */
  first: string;
  last: string;
  /** First two bars and last bar. Empty while an open question affects them. */
  preview: PreviewBar[];
}

/** What an import understood of a file. `data` of `POST /data/imports/preview`. */
export interface ImportPreview {
  file: string;
  bytes: number;
  sha256: string;
  /** For display: `CSV, separated by ";", decimal comma, Windows-1252, gzip`. */
  format: string;
  /** Column of each meaning, for display. */
  columns: Partial<Record<ImportColumn, string>>;
  /** Columns that are not used. */
  ignored_columns: string[];
  /** Format of the times: `DD.MM.YYYY HH:mm`. */
  date_format: string;
  /** Time zone of the times; `null` while it is an open question, and for dates without a time. */
  timezone: string | null;
  stamps: StampChoice;
  /** One for each symbol. */
  bars: ImportedBars[];
  /** Number of rows that are not imported. */
  left_out_rows: number;
  /** The first 100 of these rows. */
  left_out: LeftOutRow[];
  /** Notes for the user, for example about an adjusted close that is not used. */
  notes: string[];
  /** Open questions. The import is refused until each has an answer. */
  questions: ImportQuestion[];
}

/** Metadata of an import. */
export interface ImportMetadata extends OperationMetadata {
  /** Name that the user gave the file. */
  file: string;
  symbols: string[];
}

/** Result of an import. */
export interface ImportResult {
  understood: Omit<ImportPreview, 'questions' | 'bars'>;
  stored: StoredBars[];
}

/** Profile: choices of an import, saved under a name. */
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
