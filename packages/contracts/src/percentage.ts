/** Highest percentage of an operation that has not completed. Only a completed operation shows 100. */
const HIGHEST_OPEN_PERCENTAGE = 99.9;

/** Percentage of an operation that has not completed: rounded down to one decimal, 0..99.9. `exact` may exceed 100. */
export function openPercentage(exact: number): number {
  // the small term absorbs binary rounding errors: 57.3 stays 57.3
  return Math.min(Math.max(0, Math.floor(exact * 10 + 1e-6) / 10), HIGHEST_OPEN_PERCENTAGE);
}

/** `57.3%`: a percentage as text. It is rounded down, so 99.96 does not appear as 100. */
export function percentageText(percentage: number): string {
  return `${(percentage >= 100 ? 100 : openPercentage(percentage)).toFixed(1)}%`;
}
