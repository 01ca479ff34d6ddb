import {
  KtrdrError,
  type Spread,
  type WalkForward,
  type WalkForwardFold as FoldResult,
} from '@ktrdr/contracts';
import type { DecisionSettings } from '@ktrdr/strategy';
import type { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import type { OwnLane } from '../members/lane.js';
import type { Lanes } from '../members/lanes.js';
import { trainMembers } from '../members/train-members.js';
import { evaluateModel, type ModelEvaluation } from './evaluate-model.js';
import { type EvaluatedRows, evaluatedRowsOf, type ModelOutputs } from './model-outputs.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { PreparedData } from '../data/prepare-data.js';
import { type PredictedRows, stitchFolds } from './predicted-rows.js';
import { TimeSlice } from '../loop/time-slice.js';
import type { WalkForwardFold, WalkForwardPlan } from './walk-forward-folds.js';
import type { LoopResult, LoopSettings } from '../loop/loop-request.js';
import type { LoopState } from '../loop/loop-state.js';

export interface WalkForwardRequest {
  plan: WalkForwardPlan;
  model: ModelSpec;
  settings: LoopSettings;
  /** How outputs become decisions of a backtest. */
  decisions: DecisionSettings;
  /** Folds train in parallel if there are several lanes. */
  lanes: Pick<Lanes, 'with' | 'share'>;
  /** The lane of this thread. */
  own: OwnLane;
  /** Checkpoints keep the state of each fold, so that a resumed attempt never repeats a finished fold. */
  checkpoints: Pick<PeriodicCheckpoints, 'stateOf' | 'member' | 'trained' | 'leave'>;
  /** Index of the first fold in the checkpoints: the number of seeds. */
  firstMember: number;
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
  const { model, settings, decisions, lanes, own, checkpoints, firstMember, seed, signal, clock } = request;
  const tested: { result: FoldResult; rows: PredictedRows }[] = [];
  /** Rows of finished folds and of the finished shares of those that run, by index. */
  const done = folds.map(({ place }, index) => {
    return place.rows * shareDone(checkpoints.stateOf(firstMember + index), settings.epochs);
  });
  const share = (): number => done.reduce((sum, rows) => sum + rows, 0) / all;
  const pause = (): Promise<void> => request.report(share());
  const prepared = new Map<number, FoldData>();
  await trainMembers<keyof ModelOutputs>({
    members: [...folds.keys()],
    lanes: lanes.with(own),
    clock,
    signal,
    async taskOf(index) {
      await pause();
      const data = await folds[index]!.prepare(pause);
      const rows = evaluatedRowsOf(data);
      prepared.set(index, { data, rows });
      const { train, validation } = lanes.share(data.parts);
      return { model, settings, train, validation, seed, gradientNorms: false, predict: rows.windowEnds };
    },
    hooksOf: (index) => ({
      from: checkpoints.stateOf(firstMember + index),
      checkpoints: checkpoints.member(firstMember + index),
      onProgress({ phase_fraction }) {
        done[index] = (phase_fraction ?? 0) * folds[index]!.place.rows;
        request.update(share());
      },
    }),
    async finish(index, { loop, outputs }) {
      await checkpoints.trained(firstMember + index, loop.state);
      const { data, rows } = prepared.get(index)!;
      prepared.delete(index);
      const slice = new TimeSlice(signal, clock);
      const evaluation = await evaluateModel({
        outputs,
        loss: loop.loss,
        rows,
        data,
        decisions,
        pause: () => slice.pause(),
      });
      const { number, rows: size } = folds[index]!.place;
      tested[index] = { result: foldResult(number, data, loop, evaluation), rows: evaluation.testRows };
      done[index] = size;
      await checkpoints.leave(firstMember + index);
    },
    leave: (index) => checkpoints.leave(firstMember + index),
    explain: (index, error) => namingFold(folds[index]!.place.number, error),
  });
  await request.report(1);
  const results = tested.map(({ result }) => result);
  return {
    result: {
      window_bars: request.plan.window,
      gap_bars: request.plan.gap,
      folds: results,
      test_accuracy: spreadOf(results.map(({ test_accuracy }) => test_accuracy)),
      test_loss: spreadOf(results.map(({ test_loss }) => test_loss)),
    },
    rows: stitchFolds(tested.map(({ rows }) => rows)),
  };
}

/** A fold that is being trained. */
interface FoldData {
  data: PreparedData & { testEnd: number };
  rows: EvaluatedRows;
}

/** Share of a fold's epochs that an earlier attempt has trained. */
function shareDone(state: LoopState | undefined, epochs: number): number {
  if (state === undefined) return 0;
  return state.stopping === null ? (state.epoch - 1) / epochs : 1;
}

function namingFold(fold: number, error: KtrdrError): KtrdrError {
  return new KtrdrError(error.code, `Fold ${fold} of the walk-forward evaluation: ${error.message}`, {
    details: { ...(error.details as object), fold },
    cause: error,
  });
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
