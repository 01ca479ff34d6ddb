/** Highest percentage of an operation that has not completed. Only a completed one shows 100. */
const HIGHEST_OPEN_PERCENTAGE = 99.9;

/** Percentage shown for an operation that has not completed: one decimal, rounded down, 0..99.9. `exact` may exceed 100. */
export function openPercentage(exact: number): number {
  // the small term absorbs binary rounding: 57.3 stays 57.3
  return Math.min(Math.max(0, Math.floor(exact * 10 + 1e-6) / 10), HIGHEST_OPEN_PERCENTAGE);
}

/** `57.3%`: an operation's percentage as text. The decimal is rounded down, so that 99.96 does not read as 100. */
export function percentageText(percentage: number): string {
  return `${(percentage >= 100 ? 100 : openPercentage(percentage)).toFixed(1)}%`;
}
