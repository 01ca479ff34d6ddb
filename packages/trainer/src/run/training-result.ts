import {
  type AnalyticsSummary,
  type DataSummary,
  MOST_HISTORY_ENTRIES,
  type SeedsResult,
  type TrainingMetrics,
  type TrainingResult,
  type WalkForward,
} from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import type { ModelWorth } from './assess-model.js';
import type { Judgement } from './judge-model.js';
import { architectureOf, type ModelSpec, parameterCount } from '../network/model-spec.js';
import type { TrainingRunRequest } from './training-run.js';
import type { LoopResult, LoopSettings } from '../loop/loop-request.js';
import { learningRates } from '../loop/schedule.js';

const KILOBYTES = 1024;

/** The result of a run that only prepares its data. */
export function dryRunResult(
  request: TrainingRunRequest,
  strategy: Strategy,
  data: DataSummary,
): TrainingResult {
  return {
    training_metrics: null,
    validation_metrics: null,
    test_metrics: null,
    baselines: null,
    seeds: null,
    walk_forward: null,
    verdict: null,
    backtest: null,
    resource_usage: {
      training_mode: request.mode,
      engine: request.engine.engine,
      device: request.engine.device,
      rejected_engines: request.engine.rejected,
      engine_times: request.engine.times,
      peak_memory_mb: peakMemory(),
    },
    artifacts: { model: null, model_path: null, per_symbol_metrics: [], feature_importance: null },
    session_info: {
      operation_id: request.operationId,
      strategy_name: strategy.name,
      symbols: strategy.symbols,
      timeframes: strategy.timeframes,
      training_mode: request.mode,
      use_host_service: request.mode === 'host',
      start_date: request.start_date ?? strategy.dateRange.start ?? null,
      end_date: request.end_date ?? strategy.dateRange.end ?? null,
      seed: request.seed,
    },
    data_summary: data,
    model_info: null,
  };
}

/** Adds the results of training. */
export function trainedResult(
  prepared: TrainingResult,
  trained: {
    spec: ModelSpec;
    device: string;
    loop: LoopResult;
    settings: LoopSettings;
    /** Seconds. */
    trainingTime: number;
    analytics: AnalyticsSummary | null;
    seed: number;
    seeds: SeedsResult | null;
    walkForward: WalkForward | null;
  } & ModelWorth &
    Judgement,
): TrainingResult {
  const { spec, device, evaluation } = trained;
  return {
    ...prepared,
    training_metrics: trainingMetrics(
      trained.loop,
      trained.settings,
      trained.trainingTime,
      trained.analytics,
    ),
    validation_metrics: evaluation.validation,
    test_metrics: evaluation.test,
    baselines: evaluation.baselines,
    seeds: trained.seeds,
    walk_forward: trained.walkForward,
    verdict: trained.verdict,
    backtest: trained.backtest,
    resource_usage: { ...prepared.resource_usage, device, peak_memory_mb: peakMemory() },
    artifacts: {
      ...prepared.artifacts,
      per_symbol_metrics: evaluation.perSymbol,
      feature_importance: trained.importance,
    },
    session_info: { ...prepared.session_info, seed: trained.seed },
    model_info: {
      type: spec.type,
      architecture: architectureOf(spec),
      parameters_count: parameterCount(spec),
    },
  };
}

function trainingMetrics(
  loop: LoopResult,
  settings: LoopSettings,
  trainingTime: number,
  analytics: AnalyticsSummary | null,
): TrainingMetrics {
  const { trainLoss, trainAccuracy, valLoss, valAccuracy } = loop.history;
  return {
    epochs_trained: loop.epochsTrained,
    best_epoch: loop.bestEpoch,
    early_stopped: loop.earlyStopped,
    stopping_reason: loop.stoppingReason,
    final_train_loss: trainLoss.at(-1)!,
    final_train_accuracy: trainAccuracy.at(-1)!,
    best_train_accuracy: highest(trainAccuracy),
    final_val_loss: valLoss.at(-1)!,
    final_val_accuracy: valAccuracy.at(-1)!,
    best_val_accuracy: highest(valAccuracy),
    final_learning_rate: loop.finalLearningRate,
    training_time: trainingTime,
    history: shownHistory(loop, learningRates(settings, valLoss)),
    analytics,
  };
}

/** The history, or as much of it as a result holds. */
export function shownHistory(
  {
    history: { trainLoss, trainAccuracy, valLoss, valAccuracy },
    bestEpoch,
  }: Pick<LoopResult, 'history' | 'bestEpoch'>,
  rates: readonly number[],
): TrainingMetrics['history'] {
  const epochs = shownEpochs(trainLoss.length, bestEpoch);
  const of = (values: readonly number[]): number[] => epochs.map((epoch) => values[epoch - 1]!);
  return {
    epochs,
    train_loss: of(trainLoss),
    train_accuracy: of(trainAccuracy),
    val_loss: of(valLoss),
    val_accuracy: of(valAccuracy),
    learning_rate: of(rates),
  };
}

function shownEpochs(trained: number, best: number): number[] {
  if (trained <= MOST_HISTORY_ENTRIES) return Array.from({ length: trained }, (_, index) => index + 1);
  const last = MOST_HISTORY_ENTRIES - 1;
  const step = (trained - 1) / last;
  const epochs = Array.from({ length: MOST_HISTORY_ENTRIES }, (_, index) => 1 + Math.round(index * step));
  // the best epoch takes the place of its neighbour; the first and the last stay
  if (!epochs.includes(best)) epochs[Math.min(last - 1, Math.max(1, Math.round((best - 1) / step)))] = best;
  return epochs;
}

function highest(values: readonly number[]): number {
  return values.reduce((best, value) => Math.max(best, value), -Infinity);
}

/** Peak memory of this process, MB. The process runs only this training. */
function peakMemory(): number {
  return Math.round(process.resourceUsage().maxRSS / KILOBYTES);
}
