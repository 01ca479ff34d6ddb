/** One curve: a value for each x, `null` where there is none. */
export interface Curve {
  name: string;
  values: readonly (number | null)[];
  /** Said beside the value at each place, such as `12 of 16 seeds`. */
  notes?: readonly (string | undefined)[];
  /** 1 to 10: `--series-N` of the tokens. */
  series: number;
  /** A thin line behind the others. */
  isFaint?: boolean;
  /** Dashed, so that colour is not the only difference. */
  isDashed?: boolean;
  /** Name of many curves of the same kind. The legend has one entry for them, without a value. */
  group?: string;
}

/** An area between two curves. */
export interface CurveRange {
  low: readonly (number | null)[];
  high: readonly (number | null)[];
  /** Like `series` of a curve. */
  series: number;
}
