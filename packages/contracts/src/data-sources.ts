import type { Timeframe } from './names.js';

/** Source of downloads. The operator configures it. */
export interface DataSource {
  /** Name for `source` of a download. */
  name: string;
  kind: 'binance' | 'kraken' | 'ccxt' | 'csv';
  /** Hosts that a download contacts. */
  hosts: string[];
  timeframes: Timeframe[];
  /** URL of the terms of use; `null` if the operator has not set it. */
  terms: string | null;
  requests_per_minute: number;
}

/** `data` of `GET /data/sources`. */
export interface DataSourceList {
  sources: DataSource[];
}
