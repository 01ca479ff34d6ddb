import type { SplitSettings } from '@ktrdr/strategy';

/** What the split needs of one symbol's rows; all `[rows]`, ms UTC, `time` ascending. */
export interface RowTimes {
  time: Float64Array;
  /** Open time of the last bar that the row's label looked at. */
  labelEnd: Float64Array;
}

/** Row numbers of one symbol, ascending. */
export interface RowParts {
  train: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

export interface Split {
  /** In the order of the symbols. */
  parts: RowParts[];
  /** Open time of the first validation and the first test row, shared by all symbols, ms UTC; `Infinity` where there is none. */
  validationStart: number;
  testStart: number;
  /** Rows in no part: their label looks across a cut, or they lie in the embargo before it. */
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

/**
 * Divides rows into training, validation and test part, in this order of time. The cuts are moments shared by all symbols, where the shares of
 * all rows together are reached. A row whose label ends at or after the cut behind it is in no part, and neither are the last `embargo`
 * rows of a symbol before each cut.
 *
 * @param embargo rows; by default 1 % of the symbol's rows
 */
export function splitRows(symbols: readonly RowTimes[], shares: SplitSettings, embargo?: number): Split {
  const times = mergedTimes(symbols);
  const cutAt = (share: number): number => times[Math.floor(share * times.length + ROUNDING)] ?? Infinity;
  const validationStart = cutAt(shares.train);
  const testStart = cutAt(shares.train + shares.validation);
  const parts = symbols.map((rows) => {
    const gap = Math.max(0, embargo ?? Math.floor(rows.time.length * DEFAULT_EMBARGO));
    const validation = firstAtOrAfter(rows.time, validationStart);
    const test = firstAtOrAfter(rows.time, testStart);
    return {
      train: keep(rows, 0, validation, gap, validationStart),
      validation: keep(rows, validation, test, gap, testStart),
      test: keep(rows, test, rows.time.length, 0, Infinity),
    };
  });
  const kept = parts.reduce(
    (sum, { train, validation, test }) => sum + train.length + validation.length + test.length,
    0,
  );
  return { parts, validationStart, testStart, purged: times.length - kept };
}

/** Rows from..to without the last `gap`, whose label ends before `cut`. */
function keep({ labelEnd }: RowTimes, from: number, to: number, gap: number, cut: number): Int32Array {
  const kept: number[] = [];
  for (let row = from; row < to - gap; row += 1) {
    if (labelEnd[row]! < cut) kept.push(row);
  }
  return Int32Array.from(kept);
}

function mergedTimes(symbols: readonly RowTimes[]): Float64Array {
  const merged = new Float64Array(symbols.reduce((sum, { time }) => sum + time.length, 0));
  let offset = 0;
  for (const { time } of symbols) {
    merged.set(time, offset);
    offset += time.length;
  }
  return merged.sort();
}

function firstAtOrAfter(time: Float64Array, moment: number): number {
  const index = time.findIndex((value) => value >= moment);
  return index < 0 ? time.length : index;
}
