import type { ParsedBars } from './store/parsed-bars.js';

/**
 * The bars of one symbol and timeframe, as columns `[length]` in ascending order of time without duplicates. Prices are
 * finite, `low <= open, close <= high` (within a millionth of the price), volumes are 0 or more.
 */
export interface Bars extends ParsedBars {
  /** True if the file declares its bars synthetic. */
  synthetic: boolean;
  /** Base name of the file that holds them: `AAPL_1h.csv`. */
  file: string;
  /** For a whole file: bars from `row` on are in consecutive lines from `line` (1-based) on. A comment or blank line begins a new block. */
  lineBlocks?: readonly { row: number; line: number }[];
}

/** Bars `[from, to)` as new columns. Returns `bars` itself when the range covers all of them. */
export function sliceBars(bars: Bars, from: number, to: number): Bars {
  if (from === 0 && to === bars.length) return bars;
  const { lineBlocks: _, ...others } = bars;
  return {
    ...others,
    time: bars.time.slice(from, to),
    open: bars.open.slice(from, to),
    high: bars.high.slice(from, to),
    low: bars.low.slice(from, to),
    close: bars.close.slice(from, to),
    volume: bars.volume.slice(from, to),
    length: to - from,
  };
}

/** 1-based line of a bar in its file. */
export function lineOfBar({ lineBlocks }: Bars, bar: number): number {
  const block = lineBlocks?.findLast(({ row }) => row <= bar) ?? { row: 0, line: 2 };
  return block.line + bar - block.row;
}
