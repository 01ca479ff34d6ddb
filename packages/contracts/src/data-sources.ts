import type { Timeframe } from './names.js';

/** A place on the internet that bars can be downloaded from. The operator configures it. */
export interface DataSource {
  /** Name for `source` of a download. */
  name: string;
  kind: 'binance' | 'kraken' | 'ccxt' | 'csv';
  /** Hosts that a download contacts. */
  hosts: string[];
  timeframes: Timeframe[];
  /** Page with the terms of use; `null` if the operator has not named one. */
  terms: string | null;
  requests_per_minute: number;
}

/** `data` of `GET /data/sources`. */
export interface DataSourceList {
  sources: DataSource[];
}
