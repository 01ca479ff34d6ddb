import {
  BASELINE_KNOWLEDGE,
  type BaselineName,
  type Baselines,
  type MeasuredBaseline,
} from '@ktrdr/contracts';
import type { Dataset, SymbolRows } from '../data/dataset.js';
import type { DataParts } from '../data/data-parts.js';
import { directionsOf, outputClasses, targetClasses } from './directions.js';
import { majorityClass } from './metrics.js';
import type { RowParts, Split } from '../data/split.js';
import { newestKnownRows } from './last-labels.js';
import { fitLinearModel, linearOutputs } from './linear-model.js';
import { fitPivotStates, pivotStates, UNKNOWN_STATE } from './pivot-states.js';

/** A dataset with its split and parts. */
export interface EvaluatedData {
  dataset: Dataset;
  split: Split;
  parts: DataParts;
  /** Open time of the first bar after the test part, ms UTC; without it, the test part lasts to the end. */
  testEnd?: number;
}

/** The predictions of one baseline for the test part. */
export interface BaselinePrediction {
  /** `[test rows]`: classes, or the directions of a regression. */
  classes: Int32Array;
  /** `[test rows]`: the values of a regression; `null` for classes and for a baseline of directions. */
  values: Float32Array | null;
  /** Test rows at which the baseline did not know what it repeats; `null` for one that repeats nothing. */
  unknownRows: number | null;
}

/** The baselines' predictions for the test part. */
export interface BaselinePredictions {
  /** Those that the labels allow. */
  by: ReadonlyMap<BaselineName, BaselinePrediction>;
  /** The majority class. */
  majority: number;
  /** Training rows of the linear model. */
  linearRows: number;
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
  const regression = dataset.output === 'regression';
  const by = new Map<BaselineName, BaselinePrediction>();
  by.set('majority_class', prediction(new Int32Array(test.rows).fill(majority)));
  const last = eachRow(data, 'test', (rows, numbers) => {
    const labels = targetClasses(rows.targets);
    return newestKnownRows(rows, numbers).map((row) => (row < 0 ? UNKNOWN : labels[row]!));
  });
  by.set('last_label', repeated(last, majority));
  await pause();
  if (dataset.labels.source === 'zigzag') predictFromPivots(data, majority, by);
  if (regression) predictValues(data, by);
  await pause();
  const linear = await fitLinearModel(train, dataset.normalisation.length, regression ? 1 : classes, pause);
  const outputs = await linearOutputs(linear, test, pause);
  by.set('linear_model', {
    classes: outputClasses(outputs, test.targets),
    values: regression ? outputs : null,
    unknownRows: null,
  });
  return { by, majority, linearRows: linear.rows };
}

const UNKNOWN = -1;

function prediction(classes: Int32Array): BaselinePrediction {
  return { classes, values: null, unknownRows: null };
}

/** A baseline that repeats what it knows. @param known `[test rows]`, -1 where it knows nothing */
function repeated(known: Int32Array, otherwise: number): BaselinePrediction {
  return {
    ...prediction(known.map((label) => (label === UNKNOWN ? otherwise : label))),
    unknownRows: known.filter((label) => label === UNKNOWN).length,
  };
}

/** `[rows of a part]`: a number for each row of the part, one symbol after the other. */
function eachRow(
  { dataset, split }: EvaluatedData,
  part: keyof RowParts,
  of: (rows: SymbolRows, numbers: Int32Array) => Int32Array,
): Int32Array {
  const found = new Int32Array(split.parts.reduce((sum, parts) => sum + parts[part].length, 0));
  let at = 0;
  dataset.symbols.forEach((rows, symbol) => {
    const numbers = of(rows, split.parts[symbol]![part]);
    found.set(numbers, at);
    at += numbers.length;
  });
  return found;
}

/** The baselines for zigzag labels, whose past tells much of the current label. */
function predictFromPivots(
  data: EvaluatedData,
  majority: number,
  by: Map<BaselineName, BaselinePrediction>,
): void {
  const { labels, classes } = data.dataset;
  if (labels.source !== 'zigzag') return;
  const states = data.dataset.symbols.map(({ inRange }) => pivotStates(inRange.close, labels.threshold));
  const statesOf = (part: keyof RowParts): Int32Array =>
    eachRow(data, part, (rows, numbers) => {
      const of = states[data.dataset.symbols.indexOf(rows)]!;
      return numbers.map((row) => of[rows.rowBars[row]!]!);
    });
  const tested = statesOf('test');
  const [buy, sell] = [classes.indexOf('BUY'), classes.indexOf('SELL')];
  const directions = tested.map((state) => (state === UNKNOWN_STATE ? UNKNOWN : state > 0 ? buy : sell));
  by.set('pivot_direction', repeated(directions, majority));
  const likeliest = fitPivotStates(
    statesOf('train'),
    targetClasses(data.parts.train.targets),
    classes.length,
  );
  by.set('pivot_state', prediction(tested.map((state) => likeliest.get(state) ?? majority)));
}

/** The baselines for the values of a regression: the known past, and the constants that minimise squared and absolute errors. */
function predictValues(
  { dataset, split, parts }: EvaluatedData,
  by: Map<BaselineName, BaselinePrediction>,
): void {
  const { rows } = parts.test;
  const targets = Float64Array.from(parts.train.targets).sort();
  const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  const values = new Float32Array(rows);
  let [at, unknownRows] = [0, 0];
  dataset.symbols.forEach((symbolRows, symbol) => {
    for (const row of newestKnownRows(symbolRows, split.parts[symbol]!.test)) {
      if (row < 0) unknownRows += 1;
      values[at++] = row < 0 ? mean : symbolRows.targets[row]!;
    }
  });
  const say = (of: Float32Array, unknown: number | null): BaselinePrediction => ({
    classes: directionsOf(of),
    values: of,
    unknownRows: unknown,
  });
  by.set('persistence', say(values, unknownRows));
  by.set('training_mean', say(new Float32Array(rows).fill(mean), null));
  by.set('training_median', say(new Float32Array(rows).fill(targets[targets.length >> 1]!), null));
}

/** @param measured accuracy and error of each baseline on the test part */
export function describeBaselines(
  { by, majority, linearRows }: BaselinePredictions,
  measured: (baseline: BaselinePrediction) => Omit<MeasuredBaseline, 'knows'>,
  classes: readonly string[],
  output: Dataset['output'],
): Baselines {
  const described: Record<string, object> = {};
  for (const [name, baseline] of by) {
    described[name] = {
      ...(name === 'majority_class' ? { label: classes[majority]! } : {}),
      ...(name === 'linear_model'
        ? {
            type: output === 'regression' ? 'ridge_regression' : 'logistic_regression',
            train_rows: linearRows,
          }
        : {}),
      ...measured(baseline),
      ...(baseline.unknownRows === null ? {} : { unknown_rows: baseline.unknownRows }),
      knows: BASELINE_KNOWLEDGE[name],
    };
  }
  return described as unknown as Baselines;
}
