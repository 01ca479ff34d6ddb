/** One curve: a value for each x, `null` where there is none. */
export interface Curve {
  name: string;
  values: readonly (number | null)[];
  /** 1 to 10: `--series-N` of the tokens. */
  series: number;
  /** A thin line behind the others. */
  isFaint?: boolean;
  /** Dashed, so that colour is not the only difference. */
  isDashed?: boolean;
  /** Not in the legend: one of many like the curve before it. */
  isUnlisted?: boolean;
}

/** An area between two curves. */
export interface CurveRange {
  low: readonly (number | null)[];
  high: readonly (number | null)[];
  /** Its colour, as of a curve. */
  series: number;
}
