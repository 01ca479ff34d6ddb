import type { SplitSettings } from '@ktrdr/strategy';

/** Times of one symbol's rows that the split needs: all `[rows]`, ms UTC; `time` is ascending. */
export interface RowTimes {
  time: Float64Array;
  /** Open time of the last bar that determines the row's label. */
  labelEnd: Float64Array;
  /** Open time of the first bar of the row's window: the row's own bar for an mlp; `-Infinity` if it is before the range. */
  windowStart: Float64Array;
  /**
   * Open times of all bars with features, `[rows or more]`, ascending, with a label or without. The embargo counts these bars: whether
   * a bar has a label can depend on later bars, and the embargo must not.
   */
  candidates: Float64Array;
}

/** Row numbers of one symbol in each part, ascending. */
export interface RowParts {
  train: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

/** Open times at which parts begin, ms UTC, shared by all symbols; `Infinity` if there is no such row. */
export interface Cuts {
  /** First training row. Default: the first row. */
  trainStart?: number;
  validationStart: number;
  /** First bar of a gap: bars from here to the test part are in no part. Default: no gap. */
  gapStart?: number;
  testStart: number;
}

export interface Split extends Cuts {
  /** In the order of the symbols. */
  parts: RowParts[];
  /** Rows from `trainStart` on in no part: their label or window crosses a cut, they are in the embargo before it, or in the gap. */
  purged: number;
}

const DEFAULT_EMBARGO = 0.01;
/** Compensates rounding errors: 0.29 * 100 is 28.999999999999996. */
const ROUNDING = 1e-9;

/** The shares of the parts. `validationSplit`, if given, divides the rows that are not test rows; otherwise the strategy's shares apply. */
export function splitShares(settings: SplitSettings, validationSplit: number | undefined): SplitSettings {
  if (validationSplit === undefined) return settings;
  const rest = 1 - settings.test;
  return { train: rest * (1 - validationSplit), validation: rest * validationSplit, test: settings.test };
}

/** The moments at which the rows of all symbols together reach the shares. `times`: `[rows]` of each symbol. */
export function cutMoments(times: readonly Float64Array[], shares: SplitSettings): Cuts {
  const [validationStart, testStart] = momentsAt(times, [shares.train, shares.train + shares.validation]);
  return { validationStart: validationStart!, testStart: testStart! };
}

/** Open time of the first row after each share (0..1) of the rows of all symbols; `Infinity` if there is none. */
export function momentsAt(times: readonly Float64Array[], shares: readonly number[]): number[] {
  const merged = mergedTimes(times);
  return shares.map((share) => merged[Math.floor(share * merged.length + ROUNDING)] ?? Infinity);
}

/**
 * Divides rows by time into a training, a validation and a test part, at cuts shared by all symbols. These rows are in no part:
 * rows whose label ends at or after the next cut (purged), rows whose window begins before the previous cut, and rows among the
 * last `embargo` candidates of a symbol before each cut. (Lopez de Prado 2018, chapter 7) With a gap, the validation part ends at
 * its start. A window of the test part may begin in the gap, because no other part uses these bars.
 *
 * @param embargo number of candidates; default: 1 % of the symbol's candidates
 */
export function splitRows(symbols: readonly RowTimes[], cuts: Cuts, embargo?: number): Split {
  const { trainStart = -Infinity, validationStart, testStart, gapStart = testStart } = cuts;
  const parts = symbols.map((rows) => {
    const { time, candidates } = rows;
    const gap = Math.max(0, embargo ?? Math.floor(candidates.length * DEFAULT_EMBARGO));
    const endBefore = (cut: number): number =>
      firstAtOrAfter(
        time,
        Math.min(cut, candidates[Math.max(0, firstAtOrAfter(candidates, cut) - gap)] ?? cut),
      );
    const train = firstAtOrAfter(time, trainStart);
    const validation = firstAtOrAfter(time, validationStart);
    const test = firstAtOrAfter(time, testStart);
    return {
      train: keep(rows, train, endBefore(validationStart), [-Infinity, validationStart]),
      validation: keep(rows, validation, endBefore(gapStart), [validationStart, gapStart]),
      test: keep(rows, test, time.length, [gapStart, Infinity]),
    };
  });
  const kept = parts.reduce(
    (sum, { train, validation, test }) => sum + train.length + validation.length + test.length,
    0,
  );
  const rows = symbols.reduce((sum, { time }) => sum + time.length - firstAtOrAfter(time, trainStart), 0);
  return { parts, ...cuts, purged: rows - kept };
}

/** The rows `from` to `to` whose window and label are between two cuts. */
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

/** Index of the first time at or after a moment; their count if there is none. */
export function firstAtOrAfter(time: Float64Array, moment: number): number {
  const index = time.findIndex((value) => value >= moment);
  return index < 0 ? time.length : index;
}
