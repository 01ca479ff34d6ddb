import type { Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { importError } from './bytes/import-error.js';
import type { ReadTable } from './read-table.js';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Bars of one symbol and timeframe, from all files of an archive. */
export interface CombinedBars {
  symbol: string;
  /** `null` until the user has answered the question. */
  timeframe: Timeframe | null;
  time: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  length: number;
}

/**
 * Joins the bars of the files of an archive: months of one symbol become one series. A bar that two files have counts once.
 *
 * @throws KtrdrError `import_invalid` if two files have different bars of one time
 */
export function combineTables(file: string, tables: ReadTable[]): CombinedBars[] {
  const groups = new Map<string, CombinedBars[]>();
  for (const { bars, timeframe } of tables)
    for (const { order: _, ...columns } of bars) {
      const key = `${columns.symbol} ${timeframe}`;
      groups.set(key, [...(groups.get(key) ?? []), { ...columns, timeframe }]);
    }
  return [...groups.values()].map((parts) => (parts.length === 1 ? parts[0]! : joined(file, parts)));
}

function joined(file: string, parts: CombinedBars[]): CombinedBars {
  const { symbol, timeframe } = parts[0]!;
  const all = Object.fromEntries(
    COLUMNS.map((name) => [name, concatenated(parts.map((part) => part[name]))]),
  ) as Record<(typeof COLUMNS)[number], Float64Array>;
  const index = Uint32Array.from(all.time.keys()).sort((a, b) => all.time[a]! - all.time[b]! || a - b);
  let kept = 0;
  for (const row of index) {
    const before = kept === 0 ? -1 : index[kept - 1]!;
    if (before !== -1 && all.time[row] === all.time[before]) {
      if (COLUMNS.every((name) => all[name][row] === all[name][before])) continue;
      throw importError(
        file,
        `two files of the archive have different bars of ${symbol} at ${formatBarTime(all.time[row]!, timeframe ?? '1m')}: import them one after the other`,
      );
    }
    index[kept++] = row;
  }
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, Float64Array.from(index.subarray(0, kept), (row) => all[name][row]!)]),
  ) as typeof all;
  return { symbol, timeframe, ...columns, length: kept };
}

function concatenated(parts: Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
