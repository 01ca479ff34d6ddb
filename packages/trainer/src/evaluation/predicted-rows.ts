import type { BaselinePredictions, EvaluatedData } from './baselines.js';
import type { Targets } from '../network/loss.js';

/**
 * What a model and its baselines say about rows that neither was fitted on: one symbol after the other, each in order of time. The
 * verdict judges these rows.
 */
export interface PredictedRows {
  source: 'test_part' | 'walk_forward';
  rows: number;
  /** `[rows]`, index into the dataset's symbols. */
  symbols: Int32Array;
  /** `[rows]`, open time of the row's bar, ms UTC. */
  time: Float64Array;
  /** `[rows]` */
  targets: Targets;
  /** The model's outputs, `[rows, outputs]`: logits, or the values of a regression. */
  outputs: Float32Array;
  /** `[rows]` for each baseline: classes, or the directions of a regression. */
  baselines: BaselinePredictions['predicted'];
  /** Outputs of the linear model, `[rows, outputs]`. */
  linearOutputs: Float32Array;
}

/** The test part with the model's outputs and its baselines. */
export function testPartRows(
  { dataset, split, parts: { test } }: EvaluatedData,
  outputs: Float32Array,
  { predicted, linearOutputs }: BaselinePredictions,
): PredictedRows {
  const time = new Float64Array(test.rows);
  let at = 0;
  dataset.symbols.forEach((rows, symbol) => {
    for (const row of split.parts[symbol]!.test) time[at++] = rows.time[row]!;
  });
  const { rows, symbols, targets } = test;
  return {
    source: 'test_part',
    rows,
    symbols,
    time,
    targets,
    outputs,
    baselines: predicted,
    linearOutputs,
  };
}

/** Joins the test rows of walk-forward folds into one series. @param folds at least one, in order of time; their rows do not overlap */
export function stitchFolds(folds: readonly PredictedRows[]): PredictedRows {
  const order = rowsBySymbol(folds);
  const join = <Values extends Targets | Float64Array>(column: (fold: PredictedRows) => Values): Values =>
    gather(folds, order, column);
  const names = Object.keys(folds[0]!.baselines) as (keyof PredictedRows['baselines'])[];
  return {
    source: 'walk_forward',
    rows: order.length,
    symbols: join(({ symbols }) => symbols),
    time: join(({ time }) => time),
    targets: join(({ targets }) => targets),
    outputs: join(({ outputs }) => outputs),
    baselines: Object.fromEntries(
      names.map((name) => [name, join(({ baselines }) => baselines[name])]),
    ) as PredictedRows['baselines'],
    linearOutputs: join(({ linearOutputs }) => linearOutputs),
  };
}

/** The rows of all folds, one symbol after the other. A symbol's rows are in order of time, because the folds are. */
function rowsBySymbol(folds: readonly PredictedRows[]): { fold: number; row: number; symbol: number }[] {
  return folds
    .flatMap(({ symbols }, fold) => Array.from(symbols, (symbol, row) => ({ fold, row, symbol })))
    .toSorted((a, b) => a.symbol - b.symbol);
}

/** One column of the joined rows: `[rows]` or `[rows, width]`, as in the folds. */
function gather<Values extends Targets | Float64Array>(
  folds: readonly PredictedRows[],
  order: readonly { fold: number; row: number }[],
  column: (fold: PredictedRows) => Values,
): Values {
  const columns = folds.map(column);
  const [first] = columns;
  const width = first!.length / folds[0]!.rows;
  const joined = new (first!.constructor as new (length: number) => Values)(order.length * width);
  order.forEach(({ fold, row }, at) => {
    joined.set(columns[fold]!.subarray(row * width, (row + 1) * width), at * width);
  });
  return joined;
}
