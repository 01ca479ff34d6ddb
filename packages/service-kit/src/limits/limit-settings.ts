import type { SettingsReader } from '../settings-reader.js';

/** Limits of a service for its callers. */
export interface LimitSettings {
  /** Requests of one caller that only read, each second; `null`: `TOKEN_LIMITS` for each token, no limit without one. */
  reads: number | null;
  /** Requests of one caller that start, change or compute something, each second. */
  changes: number | null;
  /** Maximum number of open connections. */
  connections: number;
}

/** Limits of a caller with a token. Ten seconds of them may come at once. */
export const TOKEN_LIMITS = { reads: 500, changes: 50 };

const MOST_PER_SECOND = 1_000_000;

/** Reads `RATE_LIMIT_READS`, `RATE_LIMIT_CHANGES` and `MAX_CONNECTIONS`. @throws KtrdrError `invalid_setting` */
export function readLimitSettings(read: SettingsReader): LimitSettings {
  const bounds = { min: 0, max: MOST_PER_SECOND };
  return {
    reads: read.integer('RATE_LIMIT_READS', 0, bounds) || null,
    changes: read.integer('RATE_LIMIT_CHANGES', 0, bounds) || null,
    connections: read.integer('MAX_CONNECTIONS', 5_000, { min: 10, max: 100_000 }),
  };
}
