import type { Bars } from '../bars.js';

/** Number of bars that the medians are taken from, evenly spaced. */
const SAMPLED_BARS = 2_000;

/** Typical values of a file's bars, as shares of the price. Errors in single bars do not move them. */
export interface TypicalValues {
  /** Median of high - low; 0 if no bar has a range. */
  range: number;
  /** Median of the move from open to close; 0 if no bar has one. Jumps between bars do not change it. */
  move: number;
}

/** Computes medians over up to 2,000 bars. Bars without range or move do not count, so that a long halt does not make them 0. */
export function typicalValues({ open, high, low, close, length }: Bars): TypicalValues {
  const every = Math.max(1, Math.floor(length / SAMPLED_BARS));
  const ranges: number[] = [];
  const moves: number[] = [];
  for (let bar = 0; bar < length; bar += every) {
    const price = Math.abs(open[bar]!);
    if (price === 0) continue;
    const range = (high[bar]! - low[bar]!) / price;
    const move = Math.abs(close[bar]! - open[bar]!) / price;
    if (range > 0) ranges.push(range);
    if (move > 0) moves.push(move);
  }
  return { range: median(ranges), move: median(moves) };
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[values.length >> 1]!;
}
