import {
  KtrdrError,
  type Spread,
  type WalkForward,
  type WalkForwardFold as FoldResult,
} from '@ktrdr/contracts';
import { Progress } from '../loop/callbacks/progress.js';
import type { DecisionSettings } from '@ktrdr/strategy';
import type { Engine } from '../engines/engine.js';
import { evaluateModel, type ModelEvaluation } from './evaluate-model.js';
import { predictAll } from '../loop/evaluate-part.js';
import { runTrainingLoop } from '../loop/loop.js';
import { evaluatedRowsOf } from './model-outputs.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { PreparedData } from '../data/prepare-data.js';
import { type PredictedRows, stitchFolds } from './predicted-rows.js';
import { TimeSlice } from '../loop/time-slice.js';
import type { WalkForwardFold, WalkForwardPlan } from './walk-forward-folds.js';
import type { LoopResult, LoopSettings } from '../loop/loop-request.js';

export interface WalkForwardRequest {
  plan: WalkForwardPlan;
  model: ModelSpec;
  settings: LoopSettings;
  /** How outputs become decisions of a backtest. */
  decisions: DecisionSettings;
  /** At the end it holds the weights of the last fold. */
  engine: Engine;
  /** The same in every fold. */
  seed: number;
  signal: AbortSignal;
  clock: { now(): number };
  /** Called between two steps with the share of the work done, up to 1; throws to stop. */
  report(done: number): Promise<void>;
  /** Called within a step with the share of the work done. */
  update(done: number): void;
}

/** The folds' results, and their test rows as one series. */
export interface WalkForwardEvaluation {
  result: WalkForward;
  /** Each row with the outputs of the fold that was tested on it. */
  rows: PredictedRows;
}

/**
 * Trains and tests a model for each fold with the same settings. Returns `null` without folds.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`, which names the fold
 */
export async function evaluateFolds(
  folds: readonly WalkForwardFold[],
  request: WalkForwardRequest,
): Promise<WalkForwardEvaluation | null> {
  if (folds.length === 0) return null;
  const all = folds.reduce((sum, { place }) => sum + place.rows, 0);
  let before = 0;
  const results: FoldResult[] = [];
  const tested: PredictedRows[] = [];
  for (const fold of folds) {
    const { rows, number } = fold.place;
    const share = (within: number): number => (before + within * rows) / all;
    await request.report(share(0));
    const data = await fold.prepare(() => request.report(share(0)));
    const { loop, evaluation } = await trainFold(request, fold, data, (within) =>
      request.update(share(within)),
    );
    results.push(foldResult(number, data, loop, evaluation));
    tested.push(evaluation.testRows);
    before += rows;
  }
  await request.report(1);
  return {
    result: {
      window_bars: request.plan.window,
      gap_bars: request.plan.gap,
      folds: results,
      test_accuracy: spreadOf(results.map(({ test_accuracy }) => test_accuracy)),
      test_loss: spreadOf(results.map(({ test_loss }) => test_loss)),
    },
    rows: stitchFolds(tested),
  };
}

async function trainFold(
  { model, settings, decisions, engine, seed, signal, clock }: WalkForwardRequest,
  { place: { number } }: WalkForwardFold,
  data: PreparedData & { testEnd: number },
  update: (within: number) => void,
): Promise<{ loop: LoopResult; evaluation: ModelEvaluation }> {
  const progress = new Progress(({ phase_fraction }) => update(phase_fraction ?? 0), clock);
  const { train, validation } = data.parts;
  try {
    const loop = await runTrainingLoop({
      model,
      settings,
      train,
      validation,
      engine,
      seed,
      signal,
      clock,
      gradientNorms: false,
      callbacks: [progress],
    });
    const slice = new TimeSlice(signal, clock);
    const pause = (): Promise<void> => slice.pause();
    const { loss } = loop;
    const rows = evaluatedRowsOf(data);
    const outputs = await predictAll(engine, model, train.features, rows.windowEnds, pause);
    return { loop, evaluation: await evaluateModel({ outputs, loss, rows, data, decisions, pause }) };
  } catch (error) {
    if (!(error instanceof KtrdrError)) throw error;
    throw new KtrdrError(error.code, `Fold ${number} of the walk-forward evaluation: ${error.message}`, {
      details: { ...(error.details as object), fold: number },
      cause: error,
    });
  }
}

function foldResult(
  fold: number,
  { dataset, split, parts }: PreparedData,
  loop: LoopResult,
  { test, baselines }: ModelEvaluation,
): FoldResult {
  const span = (part: 'train' | 'test'): [first: string, last: string] => {
    const times = dataset.symbols.flatMap(({ time }, symbol) => {
      const rows = split.parts[symbol]![part];
      return rows.length === 0 ? [] : [time[rows[0]!]!, time[rows.at(-1)!]!];
    });
    return [new Date(Math.min(...times)).toISOString(), new Date(Math.max(...times)).toISOString()];
  };
  const [trainStart, trainEnd] = span('train');
  const [testStart, testEnd] = span('test');
  return {
    fold,
    train_rows: parts.train.rows,
    validation_rows: parts.validation.rows,
    test_rows: parts.test.rows,
    purged_rows: split.purged,
    train_start: trainStart,
    train_end: trainEnd,
    test_start: testStart,
    test_end: testEnd,
    epochs_trained: loop.epochsTrained,
    test_loss: test.test_loss,
    test_accuracy: test.test_accuracy,
    baselines: Object.fromEntries(
      Object.entries(baselines).map(([name, { test_accuracy }]) => [name, test_accuracy]),
    ),
  };
}

/** @param values at least two */
function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    std: Math.sqrt(squares / (values.length - 1)),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}
