import { type EngineSetting, TIMEFRAME_MS, type TrainingSpec } from '@ktrdr/contracts';
import { type BarsFolders, barsFileFacts, factsOfFingerprint, parseDateRange } from '@ktrdr/market-data';
import { labelClasses, networkSize, type Strategy } from '@ktrdr/strategy';
import { fasterCpuEngine, supportsModel, trialNetworkOf } from '@ktrdr/trainer';

/** What a training will need, estimated without reading its bars. The factors are explained in docs/operations.md. */
export interface TrainingEstimate {
  /** Weights and biases of the network. */
  weights: number;
  /** Upper bound of the rows of one epoch: the bars of the base timeframe in the range, of all symbols. */
  rows: number;
  /** Passes over these rows: epochs of all seeds and walk-forward folds. Early stopping can end a training sooner. */
  passes: number;
  /** Floating-point operations of the training steps. */
  operations: number;
  /** The engine that the time is estimated for. */
  engine: EstimatedEngine;
  /** Hours on one core. */
  coreHours: number;
  /** Hours with `lanes` lanes. */
  hours: number;
  /** Seeds and folds that train in parallel, each in a thread. */
  lanes: number;
  /** Memory with these lanes. */
  memoryMb: number;
}

/** What limits the lanes of a training. */
export interface LaneLimits {
  /** Threads of all trainings. */
  threads: number;
  /** Memory of all trainings, MB. */
  memoryMb: number;
}

/** Floating-point operations of a training step for each multiplication of the forward pass: 2 forward, and twice as many backward. */
const OPERATIONS_PER_MULTIPLICATION = 6;

/** An engine with a known speed. Any other engine is estimated as `onnx`, which is slower than a GPU. */
type EstimatedEngine = 'wasm' | 'onnx';

/** Speed of an engine on one core. */
interface EngineSpeed {
  operationsPerSecond: number;
  /** Time of the optimiser for each weight and step, s. */
  secondsPerWeight: number;
  /** Fixed overhead of a step, s. */
  secondsPerStep: number;
}

/** Measured: docs/performance.md ("Estimates of trainings") for `onnx`, docs/decisions/wasm-engine.md for `wasm`. */
const SPEEDS: Record<EstimatedEngine, EngineSpeed> = {
  wasm: { operationsPerSecond: 20e9, secondsPerWeight: 1.1e-9, secondsPerStep: 5e-6 },
  onnx: { operationsPerSecond: 30e9, secondsPerWeight: 5e-9, secondsPerStep: 150e-6 },
};
/** Duration of a walk-forward fold, relative to the training. */
const FOLD_SHARE = 0.6;

const MB = 2 ** 20;
/** A training process with a small network and few bars. */
const PROCESS_MB = 115;
/** Weights, gradients, the optimiser's moments, the graph's copies, the best weights and a checkpoint. */
const BYTES_PER_WEIGHT = 200;
/** The state of a fold that the checkpoints keep: weights, the optimiser's moments and the best weights. */
const BYTES_PER_KEPT_WEIGHT = 16;
/** Another thread: its modules and its heap. */
const THREAD_MB = 25;
/** A feature of a row in memory that all threads read. */
const BYTES_PER_SHARED_FEATURE = 4;
/** Times and prices of a bar, while its file is read and reported. */
const BYTES_PER_BAR = 100;
/** A feature of a row, with the columns it is computed from. */
const BYTES_PER_FEATURE = 12;
/** An output of a layer for one row of a batch, forward and backward. */
const BYTES_PER_ACTIVATION = 24;

/**
 * Estimates a training with the configured engine and as many lanes as the training can use and the limits allow. Each lane has its own engine and batches; all lanes read
 * the same features. Reads the stored facts of the bars files, but no bars.
 *
 * @throws KtrdrError as `barsFileFacts`
 */
export async function estimateTraining(
  strategy: Strategy,
  spec: TrainingSpec,
  folders: BarsFolders,
  limits: LaneLimits,
  setting: EngineSetting,
): Promise<TrainingEstimate> {
  const { features, model, training } = strategy;
  const { weights, multiplications, activations } = networkSize(
    model,
    features.length,
    labelClasses(training.labels)?.length ?? 1,
  );
  const { bars, baseBars } = await countBars(strategy, spec, folders);
  const rows = Math.min(baseBars, mostBarsInRange(strategy, spec));
  const { seeds = 1, walk_forward: folds = 0 } = spec;
  const passes = training.epochs * (seeds + folds * FOLD_SHARE);
  // validation rows need the forward pass only
  const { train, validation } = training.split;
  const trained = rows * (train + validation / 3);
  const operations = trained * passes * multiplications * OPERATIONS_PER_MULTIPLICATION;
  const steps = Math.ceil(trained / training.batchSize) * passes;
  const engine = estimatedEngine(setting, strategy);
  const { operationsPerSecond, secondsPerWeight, secondsPerStep } = SPEEDS[engine];
  const seconds = operations / operationsPerSecond + steps * (weights * secondsPerWeight + secondsPerStep);
  const dataBytes = bars * BYTES_PER_BAR + rows * features.length * BYTES_PER_FEATURE;
  const batch = Math.min(training.batchSize, rows);
  const networkBytes = weights * BYTES_PER_WEIGHT + batch * activations * BYTES_PER_ACTIVATION;
  const keptBytes = folds * weights * BYTES_PER_KEPT_WEIGHT;
  const memoryMb = (lanes: number): number => {
    const shared = lanes > 1 ? rows * features.length * BYTES_PER_SHARED_FEATURE : 0;
    const bytes = dataBytes + shared + (spec.dry_run ? 0 : keptBytes + lanes * networkBytes);
    return PROCESS_MB + bytes / MB + (lanes - 1) * THREAD_MB;
  };
  const members = spec.dry_run ? 1 : Math.max(seeds, folds);
  let lanes = trainsInLanes(setting) ? Math.min(limits.threads, members) : 1;
  while (lanes > 1 && memoryMb(lanes) > limits.memoryMb) lanes -= 1;
  // with analytics, seeds train one after the other
  const seedLanes = spec.detailed_analytics || training.analytics.enabled ? 1 : lanes;
  const rounds = Math.ceil(seeds / seedLanes) + Math.ceil(folds / lanes) * FOLD_SHARE;
  const coreHours = spec.dry_run ? 0 : seconds / 3_600;
  return {
    weights,
    rows,
    passes,
    operations: spec.dry_run ? 0 : operations,
    engine,
    coreHours,
    hours: (coreHours * training.epochs * rounds) / passes,
    lanes,
    memoryMb: memoryMb(lanes),
  };
}

/** The configured CPU engine; for `auto`, the one that its rule chooses. */
function estimatedEngine(setting: EngineSetting, strategy: Strategy): EstimatedEngine {
  if (setting === 'wasm') return 'wasm';
  if (setting !== 'auto' || !supportsModel('wasm', strategy.model.type)) return 'onnx';
  return fasterCpuEngine(trialNetworkOf(strategy));
}

/** GPU and TensorFlow engines have one lane. */
function trainsInLanes(setting: EngineSetting): boolean {
  return setting === 'auto' || setting === 'wasm' || setting === 'onnx';
}

/** Bars of all files, and of those of the base timeframe. The fingerprints of the request usually give them, without reading the files. */
async function countBars(
  { symbols, timeframes, baseTimeframe }: Strategy,
  { fingerprints }: TrainingSpec,
  folders: BarsFolders,
): Promise<{ bars: number; baseBars: number }> {
  let [bars, baseBars] = [0, 0];
  for (const symbol of symbols) {
    for (const timeframe of timeframes) {
      const named = fingerprints.find((one) => one.symbol === symbol && one.timeframe === timeframe);
      const known = named === undefined ? undefined : factsOfFingerprint(named.sha256);
      const facts = known ?? (await barsFileFacts({ ...folders, symbol, timeframe }));
      bars += facts.bars;
      if (timeframe === baseTimeframe) baseBars += facts.bars;
    }
  }
  return { bars, baseBars };
}

/** Infinite unless the range has both ends. */
function mostBarsInRange({ symbols, baseTimeframe, dateRange }: Strategy, spec: TrainingSpec): number {
  const { start, end } = parseDateRange(spec.start_date ?? dateRange.start, spec.end_date ?? dateRange.end);
  if (start === undefined || end === undefined) return Infinity;
  return symbols.length * (Math.floor((end - start) / TIMEFRAME_MS[baseTimeframe]) + 1);
}
