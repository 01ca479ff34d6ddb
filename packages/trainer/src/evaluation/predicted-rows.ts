import type { BaselineName } from '@ktrdr/contracts';
import { outputClasses } from './directions.js';
import type { BaselinePrediction, BaselinePredictions, EvaluatedData } from './baselines.js';
import type { Targets } from '../network/loss.js';
import { joinSpans, type SpanDecisions } from './span-decisions.js';

/** What is scored on each row. */
export type Predictor = 'model' | BaselineName;

/**
 * How well a model and its baselines predict rows that neither was fitted on: one symbol after the other, each in order of time. The
 * verdict judges these rows.
 */
export interface PredictedRows {
  source: 'test_part' | 'walk_forward';
  rows: number;
  /** `[rows]`, index into the dataset's symbols. */
  symbols: Int32Array;
  /** `[rows]`, open time of the row's bar, ms UTC. */
  time: Float64Array;
  /** `[rows]`, open time of the last bar that determines the row's label, ms UTC. */
  labelEnd: Float64Array;
  /**
   * `[rows]` for each predictor, greater is better: 1 for the true class and 0 for another; for a regression, minus the absolute error.
   * A baseline that predicts no values has no scores in a regression.
   */
  scores: ReadonlyMap<Predictor, Float64Array>;
  /** What the model would have done on all bars of the same span; `null` if the labels are not trading decisions. */
  decisions: SpanDecisions[] | null;
}

/** The test part with the scores of the model and its baselines. */
export function testPartRows(
  { dataset, split, parts: { test } }: EvaluatedData,
  outputs: Float32Array,
  { by }: BaselinePredictions,
  decisions: SpanDecisions[] | null,
): PredictedRows {
  const time = new Float64Array(test.rows);
  const labelEnd = new Float64Array(test.rows);
  let at = 0;
  dataset.symbols.forEach((rows, symbol) => {
    for (const row of split.parts[symbol]!.test) {
      time[at] = rows.time[row]!;
      labelEnd[at] = rows.labelEnd[row]!;
      at += 1;
    }
  });
  const { rows, symbols, targets } = test;
  const model = { classes: outputClasses(outputs, targets), values: outputs };
  const scores = new Map<Predictor, Float64Array>();
  for (const [name, prediction] of [['model', model] as const, ...by]) {
    const own = scoresOf(prediction, targets);
    if (own !== null) scores.set(name, own);
  }
  return { source: 'test_part', rows, symbols, time, labelEnd, scores, decisions };
}

function scoresOf(
  { classes, values }: Pick<BaselinePrediction, 'classes' | 'values'>,
  targets: Targets,
): Float64Array | null {
  if (targets instanceof Int32Array) {
    return Float64Array.from(targets, (target, row) => (classes[row] === target ? 1 : 0));
  }
  return values === null
    ? null
    : Float64Array.from(targets, (target, row) => -Math.abs(values[row]! - target));
}

/** Joins the test rows of walk-forward folds into one series. @param folds at least one, in order of time; their rows do not overlap */
export function stitchFolds(folds: readonly PredictedRows[]): PredictedRows {
  const order = rowsBySymbol(folds);
  const join = <Values extends Int32Array | Float64Array>(column: (fold: PredictedRows) => Values): Values =>
    gather(folds, order, column);
  return {
    source: 'walk_forward',
    rows: order.length,
    symbols: join(({ symbols }) => symbols),
    time: join(({ time }) => time),
    labelEnd: join(({ labelEnd }) => labelEnd),
    scores: new Map(
      [...folds[0]!.scores.keys()].map((name) => [name, join(({ scores }) => scores.get(name)!)]),
    ),
    decisions: joinSpans(folds.map(({ decisions }) => decisions)),
  };
}

/** The rows of all folds, one symbol after the other. A symbol's rows are in order of time, because the folds are. */
function rowsBySymbol(folds: readonly PredictedRows[]): { fold: number; row: number; symbol: number }[] {
  return folds
    .flatMap(({ symbols }, fold) => Array.from(symbols, (symbol, row) => ({ fold, row, symbol })))
    .toSorted((a, b) => a.symbol - b.symbol);
}

/** One column of the joined rows, `[rows]`. */
function gather<Values extends Int32Array | Float64Array>(
  folds: readonly PredictedRows[],
  order: readonly { fold: number; row: number }[],
  column: (fold: PredictedRows) => Values,
): Values {
  const columns = folds.map(column);
  const joined = new (columns[0]!.constructor as new (length: number) => Values)(order.length);
  order.forEach(({ fold, row }, at) => (joined[at] = columns[fold]![row]!));
  return joined;
}
