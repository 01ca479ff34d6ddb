import type { ConflictChoice, StoredBars } from './bars-files.js';
import type { OperationMetadata } from './operation.js';

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
  /** Name of a configured source, for example `binance`. */
  source: string;
  /** `YYYY-MM-DD`. Default: the first missing bar. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. Default: the newest closed bar. */
  end_date?: string;
  on_conflict?: ConflictChoice;
  task_id?: string;
}
