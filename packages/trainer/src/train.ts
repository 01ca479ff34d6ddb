import { join } from 'node:path';
import type { AnalyticsSummary, BarsFingerprint, TrainingResult } from '@ktrdr/contracts';
import { parseDateRange } from '@ktrdr/market-data';
import { formatIssue, parseStrategy, type Strategy } from '@ktrdr/strategy';
import { Analytics, analyticsRunId } from './callbacks/analytics.js';
import { Progress } from './callbacks/progress.js';
import { dataWarnings } from './data-warnings.js';
import { DIRECTIONS } from './directions.js';
import type { Engine } from './engines/engine.js';
import { createEngine } from './engines/select-engine.js';
import { evaluateModel } from './evaluate-model.js';
import { loadBars } from './load-bars.js';
import { optimiserOf, runTrainingLoop, type LoopResult } from './loop.js';
import { modelOf } from './model-of.js';
import type { ModelSpec } from './model-spec.js';
import type { PreparedData } from './prepare-data.js';
import { prepareDataOrAdvise } from './range-advice.js';
import { openCheckpoints, type RunCheckpoints } from './run-checkpoints.js';
import { RunProgress } from './run-progress.js';
import { storageError } from './storage-error.js';
import { summariseData } from './summarise-data.js';
import { testPartOf } from './test-part.js';
import { TimeSlice } from './time-slice.js';
import { dryRunResult, trainedResult } from './training-result.js';
import type { TrainingHooks, TrainingRunOutcome, TrainingRunRequest } from './training-run.js';
import { writeModel } from './write-model.js';

/**
 * The one entry: bars and a strategy in, a trained model in `outputDir/model` out. Each phase is reported before it begins.
 *
 * @throws KtrdrError with the code of what was wrong
 * @throws TrainingCancelledError when the signal was aborted: between phases, or within one batch; from `training` on a checkpoint is left
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
  const { strategy, warnings } = readStrategy(request);
  progress.about(strategy);
  await progress.enter('loading bars');
  const bars = await loadBars(strategy, request.dataDir, request.fingerprints, (done) =>
    progress.enter('loading bars', done),
  );
  const { start, end } = strategy.dateRange;
  const data = await prepareDataOrAdvise(
    {
      strategy,
      bars: bars.symbols,
      range: parseDateRange(request.startDate ?? start, request.endDate ?? end),
      validationSplit: request.validationSplit,
    },
    (phase, done) => progress.enter(phase, done),
  );
  warnings.push(...dataWarnings(strategy, bars.symbols, data));
  const prepared = dryRunResult(request, strategy, summariseData(strategy, bars, data));
  if (request.dryRun) return { result: prepared, warnings };

  await progress.enter('starting engine');
  const engine = await createEngine(request.engine.engine);
  try {
    const run = { request, hooks, progress, strategy, data, engine };
    const trained = await trainModel(run, bars.fingerprints, warnings);
    try {
      const result = await finish(run, trained, prepared);
      return { result, warnings };
    } catch (error) {
      // what was trained is not lost, whatever failed after it
      await trained.checkpoints.write(() => Promise.resolve(trained.loop.state));
      throw error;
    }
  } finally {
    engine.dispose();
  }
}

/** A run whose data are prepared. */
interface PreparedRun {
  request: TrainingRunRequest;
  hooks: TrainingHooks;
  progress: RunProgress;
  strategy: Strategy;
  data: PreparedData;
  engine: Engine;
}

interface Trained extends Pick<RunCheckpoints, 'checkpoints'> {
  spec: ModelSpec;
  /** Names in order. */
  classes: readonly string[];
  loop: LoopResult;
  analytics: AnalyticsSummary | null;
}

async function trainModel(
  { request, hooks, progress, strategy, data: { dataset, parts }, engine }: PreparedRun,
  fingerprints: readonly BarsFingerprint[],
  warnings: string[],
): Promise<Trained> {
  const isRegression = dataset.output === 'regression';
  const spec = modelOf(strategy, isRegression ? 1 : dataset.classes.length);
  const classes = isRegression ? DIRECTIONS : dataset.classes;
  const { training } = strategy;
  const { from, checkpoints } = await openCheckpoints(
    request,
    hooks,
    { spec, optimiser: optimiserOf(training), fingerprints },
    warnings,
  );
  const analytics = analyticsOf(request, strategy, classes, hooks.clock);
  await progress.enter('training');
  const loop = await runTrainingLoop({
    model: spec,
    settings: training,
    train: parts.train,
    validation: parts.validation,
    engine,
    seed: request.seed,
    signal: hooks.signal,
    clock: hooks.clock,
    gradientNorms: analytics !== null,
    callbacks: [
      new Progress((update) => progress.update(update), hooks.clock),
      ...(analytics === null ? [] : [analytics]),
    ],
    from,
    checkpoints,
  });
  return { spec, classes, loop, analytics: analytics?.summary ?? null, checkpoints };
}

/** Scores the trained model and writes it. */
async function finish(
  { request, hooks, progress, strategy, data, engine }: PreparedRun,
  { spec, classes, loop, analytics }: Trained,
  prepared: TrainingResult,
): Promise<TrainingResult> {
  const { dataset, parts, normalisation } = data;
  await progress.enter('evaluating');
  const slice = new TimeSlice(hooks.signal, hooks.clock);
  const evaluation = await evaluateModel({
    engine,
    model: spec,
    loss: loop.loss,
    parts,
    classes,
    symbols: dataset.symbols.map(({ symbol }) => symbol),
    pause: () => slice.pause(),
  });
  const trainingTime = loop.elapsed / 1000;
  const trained = { spec, device: engine.device, loop, trainingTime, analytics, evaluation };
  const result = trainedResult(prepared, trained);
  await progress.enter('storing model');
  await writeModel(join(request.outputDir, 'model'), {
    strategy,
    strategyText: request.strategyText,
    spec,
    parameters: loop.parameters,
    normalisation,
    classes: dataset.classes,
    testPart: testPartOf(data),
    result,
    createdAt: hooks.clock.now(),
  });
  return result;
}

function readStrategy(request: TrainingRunRequest): { strategy: Strategy; warnings: string[] } {
  const { symbols, timeframes } = request;
  const { strategy, warnings } = parseStrategy(request.strategyText, {
    file: request.strategyFile,
    overrides: {
      ...(symbols === undefined ? {} : { symbols }),
      ...(timeframes === undefined ? {} : { timeframes }),
    },
  });
  return { strategy, warnings: warnings.map(formatIssue) };
}

/** On request or by the strategy's own wish. */
function analyticsOf(
  request: TrainingRunRequest,
  strategy: Strategy,
  classes: readonly string[],
  clock: { now(): number },
): Analytics | null {
  const { analytics, epochs, batchSize, learningRate } = strategy.training;
  if (!request.detailedAnalytics && !analytics.enabled) return null;
  const symbol = strategy.symbols.length === 1 ? strategy.symbols[0]! : 'MULTI';
  return new Analytics({
    directory: join(request.outputDir, 'analytics'),
    runId: analyticsRunId(symbol, strategy.name, clock.now()),
    classes,
    strategyText: request.strategyText,
    trainingConfig: { epochs, batch_size: batchSize, learning_rate: learningRate, seed: request.seed },
    exports: analytics,
    clock,
  });
}

/** A failed call of the operating system, as `node:fs` throws it. */
function isFileError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}
