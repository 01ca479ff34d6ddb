import type {
  AccuracyComparison,
  Distinction,
  SimplerModelComparison,
  UninformedBaseline,
} from '@ktrdr/contracts';
import type { BaselineDifferences } from '@ktrdr/backtest';
import { type Comparison, compareWithBest, normalQuantile, RandomStream } from '@ktrdr/statistics';
import type { PredictedRows } from './predicted-rows.js';

/** The model beside the baselines and the simpler model. */
export interface ScoreComparisons {
  accuracy: AccuracyComparison;
  simplerModel: SimplerModelComparison;
  /** The differences to the baselines, from which the rows needed follow. */
  baselines: BaselineDifferences;
}

/** Draws of each bootstrap. */
const DRAWS = 2_000;
/** With fewer independent stretches, a bootstrap says nothing: no difference is distinguishable then. */
const FEWEST_BLOCKS = 4;
/** Half of a 95 % interval, in standard errors. */
const HALF = normalQuantile(0.975);

/**
 * Compares the model's scores with those of the uninformed baselines (with the choice of the best accounted for) and of the linear model, by
 * a stationary block bootstrap over time. Rows of all symbols at one moment form one unit, because they share the market's moves. Blocks
 * are at least as long as a label looks ahead, because labels that share bars repeat one another.
 *
 * @param regression the scores are errors
 */
export function compareScores(
  rows: Pick<PredictedRows, 'time' | 'labelEnd' | 'scores'>,
  { regression, seed }: { regression: boolean; seed: number },
): ScoreComparisons {
  const { unitOf, units, horizon } = unitsOfTime(rows);
  const byUnit = (values: (row: number) => number): Float64Array => {
    const sums = new Float64Array(units);
    unitOf.forEach((unit, row) => (sums[unit]! += (values(row) * units) / unitOf.length));
    return sums;
  };
  const model = rows.scores.get('model')!;
  const differenceTo = (name: UninformedBaseline | 'linear_model'): Float64Array => {
    const scores = rows.scores.get(name)!;
    return byUnit((row) => model[row]! - scores[row]!);
  };
  const sign = regression ? -1 : 1;
  const meanOf = (scores: Float64Array): number => (sign * sum(scores)) / scores.length;
  const compare = (name: string, differences: readonly Float64Array[], widest: number): Comparison => {
    const random = RandomStream.derive(seed, `verdict ${name}`);
    const compared = compareWithBest(differences, { leastBlockLength: horizon, draws: DRAWS, random });
    if (units / compared.blockLength >= FEWEST_BLOCKS) return compared;
    return { ...compared, interval: [-widest, widest], pValue: 1 };
  };

  const names = [...rows.scores.keys()].filter((name) => name !== 'model' && name !== 'linear_model');
  const differences = names.map(differenceTo);
  const scores = names.map((name) => meanOf(rows.scores.get(name)!));
  // no difference of accuracies is greater than 1, and no error falls by more than itself
  const widest = regression ? Math.max(...scores) : 1;
  const toBest = compare('baselines', differences, widest);
  const simple = meanOf(rows.scores.get('linear_model')!);
  const toSimple = compare('linear_model', [differenceTo('linear_model')], widest);
  return {
    accuracy: {
      measure: regression ? 'mean_absolute_error' : 'accuracy',
      model: meanOf(model),
      standard_error: standardErrorOf(compare('model', [byUnit((row) => model[row]!)], widest)),
      best_baseline: names[toBest.best]!,
      baseline: scores[toBest.best]!,
      difference: toBest.difference,
      interval: toBest.interval,
      p_value: toBest.pValue,
      better: distinctionOf(toBest),
    },
    simplerModel: {
      name: regression ? 'ridge_regression' : 'logistic_regression',
      score: simple,
      difference: toSimple.difference,
      interval: toSimple.interval,
      better: distinctionOf(toSimple),
    },
    baselines: {
      rivals: toBest.rivals,
      fewestRows: Math.ceil((FEWEST_BLOCKS * toBest.blockLength * unitOf.length) / units),
    },
  };
}

function standardErrorOf({ interval: [low, high] }: Comparison): number {
  return (high - low) / (2 * HALF);
}

function distinctionOf({ interval: [low, high] }: Comparison): Distinction {
  if (low > 0) return 'better';
  return high < 0 ? 'worse' : 'not_distinguishable';
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The moments at which there are rows, `[rows]` and their number, and how many moments a label looks ahead, on average. */
function unitsOfTime({ time, labelEnd }: Pick<PredictedRows, 'time' | 'labelEnd'>): {
  unitOf: Int32Array;
  units: number;
  horizon: number;
} {
  const moments = Float64Array.from(new Set(time)).sort();
  const unitOf = new Int32Array(time.length);
  let ahead = 0;
  for (let row = 0; row < time.length; row += 1) {
    unitOf[row] = countUpTo(moments, time[row]!) - 1;
    ahead += countUpTo(moments, labelEnd[row]!) - 1 - unitOf[row]!;
  }
  return { unitOf, units: moments.length, horizon: Math.max(1, ahead / time.length) };
}

/** Number of ascending values up to a limit. */
function countUpTo(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
