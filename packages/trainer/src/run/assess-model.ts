import { backtestDecisions } from '@ktrdr/backtest';
import type { FeatureImportance } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import type { Engine } from '../engines/engine.js';
import { evaluateModel, type ModelEvaluation } from '../evaluation/evaluate-model.js';
import type { LossSpec } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { RunProgress } from './run-progress.js';
import { predictAll } from '../loop/evaluate-part.js';
import { TimeSlice } from '../loop/time-slice.js';
import type { EvaluatedData } from '../evaluation/baselines.js';
import { evaluatedRowsOf } from '../evaluation/model-outputs.js';
import { featureImportance } from '../evaluation/feature-importance.js';

/** Scores and feature importance of a trained model. */
export interface ModelWorth {
  evaluation: ModelEvaluation;
  importance: FeatureImportance | null;
}

export interface AssessmentRequest {
  /** Holds the model's parameters. */
  engine: Engine;
  model: ModelSpec;
  loss: LossSpec;
  data: EvaluatedData;
  strategy: Strategy;
  seed: number;
  signal: AbortSignal;
  clock: { now(): number };
  progress: RunProgress;
  /** Whether to compute feature importance, which predicts the test rows once for each feature. */
  importance: boolean;
}

/** Share of the phase before feature importance. */
const BEFORE_IMPORTANCE = 0.2;

/** Scores the model and, if requested, computes feature importance. Reports the phase 'evaluating'. @throws TrainingCancelledError */
export async function assessModel(request: AssessmentRequest): Promise<ModelWorth> {
  const { engine, model, loss, data, strategy, seed, progress } = request;
  await progress.enter('evaluating');
  const slice = new TimeSlice(request.signal, request.clock);
  const pause = (): Promise<void> => slice.pause();
  const rows = evaluatedRowsOf(data);
  const { features } = data.parts.test;
  const outputs = await predictAll(engine, model, features, rows.windowEnds, pause);
  const evaluation = await evaluateModel({
    outputs,
    loss,
    rows,
    data,
    decisions: backtestDecisions(strategy),
    pause,
  });
  if (!request.importance) return { evaluation, importance: null };
  const importance = await featureImportance(
    {
      engine,
      model,
      loss,
      part: data.parts.test,
      features: strategy.features.slice(0, strategy.features.length / (strategy.lookbackPeriods + 1)),
      seed,
      pause,
    },
    (done) => progress.enter('evaluating', BEFORE_IMPORTANCE + done * (1 - BEFORE_IMPORTANCE)),
  );
  return { evaluation, importance };
}
