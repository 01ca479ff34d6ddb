import { type AccuracyComparison, VERDICT_ALPHA, type VerdictPower } from '@ktrdr/contracts';
import { normalQuantile } from '@ktrdr/statistics';

/** Chance to find an edge of the stated size. */
const POWER = 0.8;
/** 5 points of accuracy. */
const ACCURACY_DIFFERENCE = 0.05;
/**
 * Share of the baseline's error. It is about what 5 points are in accuracy: a forecast that has a correlation of 0.2 with normal returns
 * gives the right direction in 56 % of the cases, and its error is 2 % smaller than that of the mean.
 */
const ERROR_SHARE = 0.02;
/** Mean return of a trade divided by the standard deviation of the trades. */
const TRADE_EDGE = 0.25;

/**
 * How many rows and trades it takes to find an edge of a stated size in four of five cases. An estimate is found if it is above the
 * quantile of the level; with this power it is if the true value is (quantile of the level + quantile of the power) standard errors above
 * 0, and a standard error falls with the square root of the rows. Rows are judged by a 95 % interval, trades on one side.
 *
 * The standard error is that of the difference to the best baseline. A model that copies the baseline has a standard error of 0, and one
 * that is worse has that of its own mistakes; both say nothing about a better model, for which `leastDeviation` is the least.
 */
export function verdictPower(
  { measure, baseline, better }: Pick<AccuracyComparison, 'measure' | 'baseline' | 'better'>,
  standardError: number,
  rows: number,
): VerdictPower {
  const accuracy = measure === 'accuracy';
  const size = accuracy ? ACCURACY_DIFFERENCE : ERROR_SHARE;
  const unit = accuracy ? 1 : baseline;
  const own = better === 'worse' ? 0 : standardError * Math.sqrt(rows);
  const deviation = Math.max(own, unit * leastDeviation(accuracy));
  const power = normalQuantile(POWER);
  const needed = (((normalQuantile(1 - VERDICT_ALPHA / 2) + power) * deviation) / (size * unit)) ** 2;
  return {
    accuracy_difference: size,
    trade_edge: TRADE_EDGE,
    rows_needed: Number.isFinite(needed) ? Math.ceil(needed) : null,
    trades_needed: Math.ceil(((normalQuantile(1 - VERDICT_ALPHA) + power) / TRADE_EDGE) ** 2),
  };
}

/**
 * Smallest standard deviation of a row's difference between the baseline and a predictor that is better by the stated size. Accuracy: they
 * differ in at least 5 % of the rows. Error (in units of the baseline's error): a forecast with correlation r has an error that is
 * r^2 / 2 smaller than the mean's, and moves each error by r standard deviations of the returns, each sqrt(pi / 2) mean errors.
 */
function leastDeviation(accuracy: boolean): number {
  if (accuracy) return Math.sqrt(ACCURACY_DIFFERENCE - ACCURACY_DIFFERENCE ** 2);
  return Math.sqrt(2 * ERROR_SHARE) * Math.sqrt(Math.PI / 2);
}
