import { join } from 'node:path';
import { backtestDecisions } from '@ktrdr/backtest';
import type { BarsFingerprint, TrainingOptions, TrainingResult } from '@ktrdr/contracts';
import { isFileError } from '@ktrdr/files';
import { formatIssue, parseStrategy, type Strategy } from '@ktrdr/strategy';
import { Analytics, analyticsRunId } from '../analytics/analytics.js';
import { DIRECTIONS } from '../evaluation/directions.js';
import type { Engine } from '../engines/engine.js';
import { createEngine } from '../engines/create-engine.js';
import { trainsInThreads } from '../engines/engine-names.js';
import { assessModel } from './assess-model.js';
import { judgeModel } from './judge-model.js';
import { walkForwardFolds, type WalkForwardPlan } from '../evaluation/walk-forward-folds.js';
import { evaluateFolds } from '../evaluation/walk-forward.js';
import { optimiserOf } from '../loop/loop.js';
import type { TrainingCallback } from '../loop/training-callback.js';
import { OwnLane } from '../members/lane.js';
import { Lanes } from '../members/lanes.js';
import { modelOf } from '../network/model-of.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { PreparedData } from '../data/prepare-data.js';
import { prepareTraining } from './prepare-training.js';
import { openCheckpoints } from './run-checkpoints.js';
import type { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import { evaluatedRowsOf } from '../evaluation/model-outputs.js';
import { RunProgress } from './run-progress.js';
import { storageError } from '../files/storage-error.js';
import { testPartOf } from '../data/test-part.js';
import { dryRunResult, trainedResult } from './training-result.js';
import type { TrainingHooks, TrainingRunOutcome, TrainingRunRequest } from './training-run.js';
import { sampleRow } from '../models/sample-row.js';
import { writeModel } from '../models/write-model.js';
import { scoreSeed } from './score-seed.js';
import { SeedsProgress } from './seeds-progress.js';
import { seedsFrom, type TrainedSeed, trainSeeds } from './train-seeds.js';

/**
 * Trains a model from bars and a strategy and writes it into `outputDir/model`. Reports each phase before it begins.
 *
 * @throws KtrdrError with the code of the problem
 * @throws TrainingCancelledError after an abort: between phases, or within one batch; from the phase `training` on, there is a checkpoint
 */
export async function train(request: TrainingRunRequest, hooks: TrainingHooks): Promise<TrainingRunOutcome> {
  try {
    return await run(request, hooks, new RunProgress(hooks));
  } catch (error) {
    throw isFileError(error) ? storageError(error, `writing into ${request.outputDir}`) : error;
  }
}

async function run(
  request: TrainingRunRequest,
  hooks: TrainingHooks,
  progress: RunProgress,
): Promise<TrainingRunOutcome> {
  const warnings: string[] = [];
  const warn = (warning: string): void => {
    if (warnings.includes(warning)) return;
    warnings.push(warning);
    hooks.onWarning?.(warning);
  };
  const strategy = readStrategy(request, warn);
  progress.about(strategy, request.engine);
  const { data: whole, summary, warnings: found } = await prepareTraining(request, strategy, hooks, progress);
  const lanes = lanesOf(request, warn);
  const data = { ...whole, parts: lanes.share(whole.parts) };
  const plan = walkForwardPlan(request);
  const folds = walkForwardFolds(data, plan, strategy.training, request.validation_split);
  for (const fold of folds) await fold.check(() => progress.enter('splitting', 1));
  for (const warning of found) warn(warning);
  const prepared = dryRunResult(request, strategy, summary);
  if (request.dry_run) return { result: prepared, warnings };

  await progress.enter('starting engine');
  const engine = await createEngine(request.engine.engine);
  try {
    const run = { request, hooks, progress, strategy, data, plan, folds, engine, lanes };
    const trained = await trainModel(run, summary.fingerprints, warn);
    try {
      const result = await finish(run, trained, prepared);
      return { result, warnings };
    } catch (error) {
      // keeps the trained weights if a later phase fails
      await trained.checkpoints.keep();
      throw error;
    }
  } finally {
    await lanes.end();
    engine.dispose();
  }
}

/** A run with prepared data. */
interface PreparedRun {
  request: TrainingRunRequest;
  hooks: TrainingHooks;
  progress: RunProgress;
  strategy: Strategy;
  data: PreparedData;
  plan: WalkForwardPlan;
  folds: ReturnType<typeof walkForwardFolds>;
  engine: Engine;
  lanes: Lanes;
}

interface Trained extends TrainedSeed {
  spec: ModelSpec;
  analytics: Analytics | null;
  checkpoints: PeriodicCheckpoints;
}

async function trainModel(
  { request, hooks, progress, strategy, data, engine, lanes }: PreparedRun,
  fingerprints: readonly BarsFingerprint[],
  warn: (warning: string) => void,
): Promise<Trained> {
  const { dataset, parts } = data;
  const isRegression = dataset.output === 'regression';
  const spec = modelOf(strategy, isRegression ? 1 : dataset.classes.length);
  const classes = isRegression ? DIRECTIONS : dataset.classes;
  const { training } = strategy;
  const checkpoints = await openCheckpoints(
    request,
    hooks,
    {
      spec,
      optimiser: optimiserOf(training),
      epochs: training.epochs,
      fingerprints,
      lanes: lanes.count,
    },
    warn,
  );
  const { signal, clock } = hooks;
  let analytics: Analytics | null = null;
  const observe = (seed: number): TrainingCallback[] => {
    analytics = analyticsOf(request, strategy, classes, seed, clock);
    return analytics === null ? [] : [analytics];
  };
  await progress.enter('training');
  const seeds = seedsFrom(request.seed, request.seeds ?? 1);
  const rows = evaluatedRowsOf(data);
  const gradientNorms = wantsAnalytics(request, strategy);
  const ownLane = new OwnLane({ engine, clock }, observe);
  const trained = await trainSeeds({
    seeds,
    task: {
      model: spec,
      settings: training,
      train: parts.train,
      validation: parts.validation,
      gradientNorms,
      predict: rows.windowEnds,
    },
    // analytics of all seeds go into the same files
    lanes: gradientNorms ? [ownLane] : lanes.with(ownLane),
    checkpoints,
    progress: new SeedsProgress(seeds.length, checkpoints.finished?.results ?? [], (update, ended) =>
      progress.update(update, ended),
    ),
    clock,
    signal,
    score: ({ outputs, loop: { loss } }) => scoreSeed({ outputs, loss, rows, data, strategy }),
  });
  return { spec, ...trained, analytics, checkpoints };
}

/** Evaluates the trained model and writes it. */
async function finish(
  { request, hooks, progress, strategy, data, plan, folds, engine, lanes }: PreparedRun,
  { spec, seed, loop, elapsed, result: seeds, analytics, checkpoints }: Trained,
  prepared: TrainingResult,
): Promise<TrainingResult> {
  const { signal, clock } = hooks;
  const worth = await assessModel({
    engine,
    model: spec,
    loss: loop.loss,
    data,
    strategy,
    seed,
    signal,
    clock,
    progress,
    importance: analytics !== null,
  });
  const walkForward = await evaluateFolds(folds, {
    plan,
    model: spec,
    settings: strategy.training,
    decisions: backtestDecisions(strategy),
    lanes,
    own: new OwnLane({ engine, clock }),
    checkpoints,
    firstMember: request.seeds ?? 1,
    seed,
    signal,
    clock,
    report: (done) => progress.enter('walk-forward', done),
    update: (done) => progress.update({ phase: 'walk-forward', phase_fraction: done }),
  });
  const phase = walkForward === null ? 'evaluating' : 'walk-forward';
  const judged = await judgeModel({
    rows: walkForward?.rows ?? worth.evaluation.testRows,
    strategy,
    seed,
    seeds: request.seeds ?? 1,
    pause: () => progress.enter(phase, 1),
  });
  const result = trainedResult(prepared, {
    spec,
    device: engine.device,
    loop,
    settings: strategy.training,
    seed,
    seeds,
    trainingTime: elapsed / 1000,
    analytics: analytics?.summary ?? null,
    ...worth,
    walkForward: walkForward?.result ?? null,
    ...judged,
  });
  await progress.enter('storing model');
  await analytics?.writeReport(result);
  await writeModel(join(request.outputDir, 'model'), {
    strategy,
    strategyText: request.strategy,
    spec,
    parameters: loop.parameters,
    normalisation: data.normalisation,
    classes: data.dataset.classes,
    testPart: testPartOf(data),
    sample: sampleRow(data, spec),
    result,
    createdAt: clock.now(),
  });
  return result;
}

/** As many lanes as the request allows and as there are seeds or folds. */
function lanesOf(
  { engine, lanes = 1, seeds = 1, walk_forward: folds = 0 }: TrainingRunRequest,
  onNoStart: (warning: string) => void,
): Lanes {
  const most = trainsInThreads(engine.engine) ? lanes : 1;
  return new Lanes(engine.engine, Math.min(most, Math.max(seeds, folds)), { onNoStart });
}

function walkForwardPlan(options: TrainingOptions): WalkForwardPlan {
  const { walk_forward: folds = 0, walk_forward_window: window, walk_forward_gap: gap = 0 } = options;
  return { folds, window: window ?? null, gap };
}

function readStrategy(request: TrainingRunRequest, warn: (warning: string) => void): Strategy {
  const { symbols, timeframes } = request;
  const { strategy, warnings } = parseStrategy(request.strategy, {
    file: request.strategy_file,
    overrides: {
      ...(symbols === undefined ? {} : { symbols }),
      ...(timeframes === undefined ? {} : { timeframes }),
    },
  });
  for (const issue of warnings) warn(formatIssue(issue));
  return strategy;
}

/** Whether the request or the strategy asks for detailed analytics. */
function wantsAnalytics(request: TrainingRunRequest, strategy: Strategy): boolean {
  return request.detailed_analytics === true || strategy.training.analytics.enabled;
}

function analyticsOf(
  request: TrainingRunRequest,
  strategy: Strategy,
  classes: readonly string[],
  seed: number,
  clock: { now(): number },
): Analytics | null {
  const { analytics, epochs, batchSize, learningRate } = strategy.training;
  if (!wantsAnalytics(request, strategy)) return null;
  const symbol = strategy.symbols.length === 1 ? strategy.symbols[0]! : 'MULTI';
  return new Analytics({
    directory: join(request.outputDir, 'analytics'),
    runId: analyticsRunId(symbol, strategy.name, clock.now()),
    classes,
    strategyText: request.strategy,
    trainingConfig: { epochs, batch_size: batchSize, learning_rate: learningRate, seed },
    exports: analytics,
    clock,
  });
}
