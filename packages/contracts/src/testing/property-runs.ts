/** Default number of cases per property. */
const DEFAULT_RUNS = 100;

/**
 * Number of cases for an important property, for fast-check's `numRuns`: 100, or the value of `KTRDR_PROPERTY_RUNS`
 * (1,000 in nightly runs).
 *
 * @throws Error if the variable is not an integer above 0
 */
export function propertyRuns(): number {
  const written = process.env['KTRDR_PROPERTY_RUNS'];
  if (written === undefined || written === '') return DEFAULT_RUNS;
  const runs = Number(written);
  if (Number.isInteger(runs) && runs > 0) return runs;
  throw new Error(`KTRDR_PROPERTY_RUNS is ${written}; it must be an integer above 0`);
}
