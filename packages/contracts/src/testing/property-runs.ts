/** Cases of each property unless the environment says otherwise. */
const DEFAULT_RUNS = 100;

/**
 * Cases of a property that matters, for fast-check's `numRuns`: 100, or `KTRDR_PROPERTY_RUNS` (a nightly run takes 1,000).
 *
 * @throws Error where the variable is no whole number above 0
 */
export function propertyRuns(): number {
  const written = process.env['KTRDR_PROPERTY_RUNS'];
  if (written === undefined || written === '') return DEFAULT_RUNS;
  const runs = Number(written);
  if (Number.isInteger(runs) && runs > 0) return runs;
  throw new Error(`KTRDR_PROPERTY_RUNS is ${written}; must be a whole number above 0`);
}
