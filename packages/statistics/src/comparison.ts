import { dependenceOf, type Dependence } from './dependence.js';
import { quantile, widenDraws } from './interval.js';
import type { RandomStream } from './random-stream.js';
import { bootstrapMeans } from './stationary-bootstrap.js';

/** Whether a candidate is better than the best of several rivals, and how sure that is. */
export interface Comparison {
  /** Index of the best rival: the one with the smallest mean difference. */
  best: number;
  /** Mean difference to the best rival; positive if the candidate is better. */
  difference: number;
  /** 95 % interval of the difference to the rival that is truly best. */
  interval: [low: number, high: number];
  /** Chance of such a difference if the candidate is no better than the best rival (one side). At most 0.025 where `interval` lies above 0. */
  pValue: number;
  /** Mean length of the bootstrap's blocks, in rows. Rows divided by it are about the number of independent stretches. */
  blockLength: number;
  /** The difference to each rival, in the order of `differences`. */
  rivals: RivalDifference[];
}

/** Mean difference to one rival, and how far chance may move it. */
export interface RivalDifference {
  mean: number;
  /** `[draws]`: resampled means minus `mean`. One draw takes the same rows from all rivals. */
  errors: Float64Array;
}

/** How `compareWithBest` resamples. */
export interface ComparisonSettings {
  /** Rows over which one score depends on others by its making, for example the bars that a label looks ahead. */
  leastBlockLength: number;
  draws: number;
  random: RandomStream;
}

const TAIL = 0.025;

/**
 * Compares a candidate with the best of several rivals. `differences`: for each rival, the candidate's score minus the rival's, `[rows]` in
 * the order of time, on the same rows.
 *
 * The best rival is chosen by looking at the rows, so its difference alone is no fair test. The candidate is better than the best only if
 * it is better than each: the p-value is the largest of theirs, and it holds its level however many rivals there are (intersection-union
 * test, Berger 1982, "Multiparameter hypothesis testing and acceptance sampling"). In the same way the lower end is the lowest of all. It
 * is worse than the best if it is worse than any: the upper end is the lowest of all at the level divided by the number of rivals
 * (Bonferroni).
 *
 * @throws RangeError without rivals or rows
 */
export function compareWithBest(
  differences: readonly Float64Array[],
  { leastBlockLength, draws, random }: ComparisonSettings,
): Comparison {
  const dependences = differences.map((series) => dependenceOf(series, leastBlockLength));
  const blockLength = Math.max(...dependences.map((dependence) => dependence.blockLength));
  const means = bootstrapMeans(differences, { blockLength, draws, random });
  const rivals = differences.map((series, k) =>
    rivalOf(series, means[k]!, { ...dependences[k]!, blockLength }),
  );
  const ends = rivals.map((rival) => endsOf(rival, TAIL / differences.length));
  const difference = Math.min(...rivals.map(({ mean }) => mean));
  return {
    best: rivals.findIndex(({ mean }) => mean === difference),
    difference,
    interval: [Math.min(...ends.map(({ low }) => low)), Math.min(...ends.map(({ high }) => high))],
    pValue: Math.max(...ends.map(({ pValue }) => pValue)),
    blockLength,
    rivals,
  };
}

function rivalOf(series: Float64Array, draws: Float64Array, dependence: Dependence): RivalDifference {
  let sum = 0;
  for (const value of series) sum += value;
  const mean = sum / series.length;
  widenDraws(draws, mean, series.length, dependence);
  return { mean, errors: draws.map((draw) => draw - mean) };
}

/** Ends of the interval of one difference, and its p-value. */
function endsOf({ mean, errors }: RivalDifference, upperTail: number) {
  let asGood = 0;
  for (const error of errors) if (error >= mean) asGood += 1;
  const sorted = errors.toSorted();
  return {
    low: mean - quantile(sorted, 1 - TAIL),
    high: mean - quantile(sorted, upperTail),
    pValue: (1 + asGood) / (1 + errors.length),
  };
}
