import type { SplitSettings } from '@ktrdr/strategy';

/** What the split needs of one symbol's rows; all `[rows]`, ms UTC, `time` ascending. */
export interface RowTimes {
  time: Float64Array;
  /** Open time of the last bar that the row's label looked at. */
  labelEnd: Float64Array;
  /** Open time of the first bar of the row's window; its own where the network sees one bar, `-Infinity` before the range. */
  windowStart: Float64Array;
  /**
   * Open times of all bars that could be rows, `[rows or more]`, ascending: also those that have no label. Whether a label is there can
   * depend on later bars; what the embargo drops must not.
   */
  candidates: Float64Array;
}

/** Row numbers of one symbol, ascending. */
export interface RowParts {
  train: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

/** Open time of the first validation and the first test row, shared by all symbols, ms UTC; `Infinity` where there is none. */
export interface Cuts {
  validationStart: number;
  testStart: number;
}

export interface Split extends Cuts {
  /** In the order of the symbols. */
  parts: RowParts[];
  /** Rows in no part: their label or window lies across a cut, or they lie in the embargo before it. */
  purged: number;
}

const DEFAULT_EMBARGO = 0.01;
/** 0.29 * 100 is 28.999999999999996. */
const ROUNDING = 1e-9;

/** `validationSplit` divides what is not test; without it the strategy's shares hold. */
export function splitShares(settings: SplitSettings, validationSplit: number | undefined): SplitSettings {
  if (validationSplit === undefined) return settings;
  const rest = 1 - settings.test;
  return { train: rest * (1 - validationSplit), validation: rest * validationSplit, test: settings.test };
}

/** The moments at which the shares of all rows together are reached. `times`: `[rows]` of each symbol. */
export function cutMoments(times: readonly Float64Array[], shares: SplitSettings): Cuts {
  const [validationStart, testStart] = momentsAt(times, [shares.train, shares.train + shares.validation]);
  return { validationStart: validationStart!, testStart: testStart! };
}

/** Open time of the first row after each share (0..1) of all rows together; `Infinity` where there is none. */
export function momentsAt(times: readonly Float64Array[], shares: readonly number[]): number[] {
  const merged = mergedTimes(times);
  return shares.map((share) => merged[Math.floor(share * merged.length + ROUNDING)] ?? Infinity);
}

/**
 * Divides rows into training, validation and test part, in this order of time, at moments shared by all symbols. A row
 * whose label ends at or after the cut behind it is in no part (it is purged), and neither are one whose window begins before
 * the cut ahead of it and those among the last `embargo` bars of a symbol before each cut that could be rows.
 *
 * @param embargo bars that could be rows; by default 1 % of the symbol's
 */
export function splitRows(
  symbols: readonly RowTimes[],
  { validationStart, testStart }: Cuts,
  embargo?: number,
): Split {
  const parts = symbols.map((rows) => {
    const { time, candidates } = rows;
    const gap = Math.max(0, embargo ?? Math.floor(candidates.length * DEFAULT_EMBARGO));
    const endBefore = (cut: number): number =>
      firstAtOrAfter(
        time,
        Math.min(cut, candidates[Math.max(0, firstAtOrAfter(candidates, cut) - gap)] ?? cut),
      );
    const validation = firstAtOrAfter(time, validationStart);
    const test = firstAtOrAfter(time, testStart);
    return {
      train: keep(rows, 0, endBefore(validationStart), [-Infinity, validationStart]),
      validation: keep(rows, validation, endBefore(testStart), [validationStart, testStart]),
      test: keep(rows, test, time.length, [testStart, Infinity]),
    };
  });
  const kept = parts.reduce(
    (sum, { train, validation, test }) => sum + train.length + validation.length + test.length,
    0,
  );
  const rows = symbols.reduce((sum, { time }) => sum + time.length, 0);
  return { parts, validationStart, testStart, purged: rows - kept };
}

/** Rows from..to whose window and label lie between two cuts. */
function keep(
  { labelEnd, windowStart }: RowTimes,
  from: number,
  to: number,
  [start, end]: [start: number, end: number],
): Int32Array {
  const kept: number[] = [];
  for (let row = from; row < to; row += 1) {
    if (windowStart[row]! >= start && labelEnd[row]! < end) kept.push(row);
  }
  return Int32Array.from(kept);
}

function mergedTimes(times: readonly Float64Array[]): Float64Array {
  const merged = new Float64Array(times.reduce((sum, time) => sum + time.length, 0));
  let offset = 0;
  for (const time of times) {
    merged.set(time, offset);
    offset += time.length;
  }
  return merged.sort();
}

function firstAtOrAfter(time: Float64Array, moment: number): number {
  const index = time.findIndex((value) => value >= moment);
  return index < 0 ? time.length : index;
}
