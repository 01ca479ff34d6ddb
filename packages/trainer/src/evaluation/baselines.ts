import type { BaselineName, Baselines } from '@ktrdr/contracts';
import type { Dataset } from '../data/dataset.js';
import type { DataParts } from '../data/data-parts.js';
import { outputClasses, targetClasses } from './directions.js';
import { majorityClass } from './metrics.js';
import type { Split } from '../data/split.js';
import { newestKnownRows } from './last-labels.js';
import { fitLinearModel, linearOutputs } from './linear-model.js';

/** A dataset with its split and parts. */
export interface EvaluatedData {
  dataset: Dataset;
  split: Split;
  parts: DataParts;
}

/** The baselines' predictions for the test part. */
export interface BaselinePredictions {
  /** `[test rows]` each: classes, or the directions of a regression. */
  predicted: Record<BaselineName, Int32Array>;
  /** The majority class. */
  majority: number;
  /** Test rows without an earlier known label. */
  unknownRows: number;
  /** Training rows of the linear model. */
  linearRows: number;
  /** Outputs of the linear model, `[test rows, outputs]`. */
  linearOutputs: Float32Array;
}

/** Fits the baselines on the training part. @param classes number of classes; 2 for a regression (directions) */
export async function predictBaselines(
  data: EvaluatedData,
  classes: number,
  pause: () => Promise<void>,
): Promise<BaselinePredictions> {
  const { dataset, parts } = data;
  const { train, test } = parts;
  const majority = majorityClass(targetClasses(train.targets), classes);
  const last = lastLabels(data);
  const outputs = dataset.output === 'regression' ? 1 : classes;
  const linear = await fitLinearModel(train, dataset.normalisation.length, outputs, pause);
  const said = await linearOutputs(linear, test, pause);
  return {
    predicted: {
      majority_class: new Int32Array(test.rows).fill(majority),
      last_label: last.map((label) => (label < 0 ? majority : label)),
      linear_model: outputClasses(said, test.targets),
    },
    majority,
    unknownRows: last.filter((label) => label < 0).length,
    linearRows: linear.rows,
    linearOutputs: said,
  };
}

/** For each test row: the newest class (or direction) of its symbol that was known at the row's bar; -1 if none was. */
function lastLabels({ dataset, split, parts }: EvaluatedData): Int32Array {
  const labels = new Int32Array(parts.test.rows);
  let at = 0;
  dataset.symbols.forEach((rows, symbol) => {
    const classes = targetClasses(rows.targets);
    const known = newestKnownRows(rows, split.parts[symbol]!.test);
    labels.set(
      known.map((row) => (row < 0 ? -1 : classes[row]!)),
      at,
    );
    at += known.length;
  });
  return labels;
}

/**
 * @param accuracy of each baseline on the test part
 * @param mae mean absolute error of the linear model, `null` for a classification
 */
export function describeBaselines(
  { majority, unknownRows, linearRows }: BaselinePredictions,
  accuracy: Record<BaselineName, number>,
  classes: readonly string[],
  mae: number | null,
): Baselines {
  return {
    majority_class: { label: classes[majority]!, test_accuracy: accuracy.majority_class },
    last_label: { test_accuracy: accuracy.last_label, unknown_rows: unknownRows },
    linear_model: {
      type: mae === null ? 'logistic_regression' : 'linear_regression',
      train_rows: linearRows,
      test_accuracy: accuracy.linear_model,
      mae,
    },
  };
}
