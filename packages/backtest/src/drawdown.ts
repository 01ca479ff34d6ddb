/** The deepest fall of an equity curve below its highest value before, as steps of the curve. */
export interface DeepestFall {
  /** Share of the highest value; 0 if the curve never fell. */
  depth: number;
  /** Step of the highest value; of the lowest value after it. */
  peak: number;
  bottom: number;
  /** First step at which the highest value was reached again, or `null`. */
  recovered: number | null;
}

/** Finds the deepest fall of `[steps]`; the first of equally deep ones. */
export function deepestFall(equity: Float64Array): DeepestFall {
  const fall: DeepestFall = { depth: 0, peak: 0, bottom: 0, recovered: 0 };
  let peak = 0;
  let highest = equity[0]!;
  for (let step = 1; step < equity.length; step++) {
    const value = equity[step]!;
    if (value >= highest) {
      if (fall.recovered === null && fall.peak === peak) fall.recovered = step;
      highest = value;
      peak = step;
    } else if (1 - value / highest > fall.depth) {
      fall.depth = 1 - value / highest;
      fall.peak = peak;
      fall.bottom = step;
      fall.recovered = null;
    }
  }
  return fall;
}
