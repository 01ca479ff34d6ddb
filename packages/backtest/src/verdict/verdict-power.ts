import { type AccuracyComparison, VERDICT_ALPHA, type VerdictPower } from '@ktrdr/contracts';
import { normalQuantile, quantile, type RivalDifference } from '@ktrdr/statistics';

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
/** Multiples of it, modulo 1, are spread evenly and in no order (Weyl). */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** How much better a model is than each uninformed baseline. */
export interface BaselineDifferences {
  /** One for each baseline, from the bootstrap of the verdict; greater is better. */
  rivals: readonly RivalDifference[];
  /** With fewer rows, the verdict distinguishes nothing. */
  fewestRows: number;
}

/**
 * How many rows and trades it takes to find an edge of a stated size in four of five cases.
 *
 * Rows: the verdict finds an edge if the lower ends of the intervals of the differences to all baselines are above 0. The errors
 * of the bootstrap say how far chance moves these differences together; they fall with the square root of the rows. The best of the
 * baselines is not known: each one that is not clearly weaker than the best here counts as equally good.
 *
 * The errors are those of the present model. A model that copies the baseline makes none, and one that is worse makes its own mistakes;
 * both say nothing about a better model, for which `leastDeviation` is the least.
 *
 * Trades are judged on one side: the true mean has to be (quantile of the level + quantile of the power) standard errors above 0.
 */
export function verdictPower(
  { measure, baseline, better }: Pick<AccuracyComparison, 'measure' | 'baseline' | 'better'>,
  { rivals, fewestRows }: BaselineDifferences,
  rows: number,
): VerdictPower {
  const size = sizeIn(measure);
  const unit = measure === 'accuracy' ? 1 : baseline;
  const best = rivals.reduce((one, other) => (other.mean < one.mean ? other : one));
  const leastError = (unit * leastDeviation(measure)) / Math.sqrt(rows);
  const judged =
    better === 'worse' || sizeOf(best.errors) < leastError
      ? rivals.map((rival) => ({ ...rival, errors: replaceErrors(rival, best, leastError) }))
      : rivals;
  const growth = growthToFind(judged, weaknesses(rivals, best, rows), size * unit);
  const needed = rows * growth ** 2;
  return {
    accuracy_difference: size,
    trade_edge: TRADE_EDGE,
    rows_needed: Number.isFinite(needed) ? Math.max(fewestRows, leastRows(measure), Math.ceil(needed)) : null,
    trades_needed: Math.ceil(((normalQuantile(1 - VERDICT_ALPHA) + normalQuantile(POWER)) / TRADE_EDGE) ** 2),
  };
}

/** With fewer rows, no model can be found that is better by the stated size, whatever the baselines are. */
export function leastRows(measure: AccuracyComparison['measure']): number {
  const quantiles = normalQuantile(1 - VERDICT_ALPHA / 2) + normalQuantile(POWER);
  return Math.ceil(((quantiles * leastDeviation(measure)) / sizeIn(measure)) ** 2);
}

function sizeIn(measure: AccuracyComparison['measure']): number {
  return measure === 'accuracy' ? ACCURACY_DIFFERENCE : ERROR_SHARE;
}

/**
 * How many times smaller the errors must be to find an edge of `size` with the chance of `POWER`. In a draw, the edge is found if each
 * difference with its error is above the half of its interval.
 */
function growthToFind(
  rivals: readonly Pick<RivalDifference, 'errors'>[],
  weaker: readonly number[],
  size: number,
): number {
  const halves = rivals.map(({ errors }) => quantile(errors.toSorted(), 1 - VERDICT_ALPHA / 2));
  const growths = rivals[0]!.errors.map((_, draw) =>
    Math.max(...rivals.map(({ errors }, k) => (halves[k]! - errors[draw]!) / (size + weaker[k]!))),
  );
  return quantile(growths.sort(), POWER);
}

/**
 * How much weaker each baseline is than the best; 0 if that may be chance. The limit of sqrt(2 log log n) standard errors is that of
 * Hansen (2005), "A test for superior predictive ability". Without it, the best of equal baselines would look better than it is.
 */
function weaknesses(rivals: readonly RivalDifference[], best: RivalDifference, rows: number): number[] {
  const limit = Math.sqrt(2 * Math.log(Math.log(Math.max(rows, 3))));
  return rivals.map(({ mean, errors }) => {
    const weaker = mean - best.mean;
    const error = sizeOf(errors.map((value, draw) => value - best.errors[draw]!));
    return weaker > limit * error ? weaker : 0;
  });
}

/** Errors of a model whose difference to the best baseline has this standard error. Differences between the baselines stay. */
function replaceErrors(rival: RivalDifference, best: RivalDifference, standardError: number): Float64Array {
  return rival.errors.map((error, draw) => {
    const own = standardError * normalQuantile(((draw + 0.5) * GOLDEN_RATIO) % 1);
    return error - best.errors[draw]! + own;
  });
}

/** Root of the mean square. */
function sizeOf(errors: Float64Array): number {
  return Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
}

/**
 * Smallest standard deviation of a row's difference between the baseline and a predictor that is better by the stated size. Accuracy: they
 * differ in at least 5 % of the rows. Error (in units of the baseline's error): a forecast with correlation r has an error that is
 * r^2 / 2 smaller than the mean's, and moves each error by r standard deviations of the returns, each sqrt(pi / 2) mean errors.
 */
function leastDeviation(measure: AccuracyComparison['measure']): number {
  if (measure === 'accuracy') return Math.sqrt(ACCURACY_DIFFERENCE - ACCURACY_DIFFERENCE ** 2);
  return Math.sqrt(2 * ERROR_SHARE) * Math.sqrt(Math.PI / 2);
}
