import { backtestDecisions, backtestSettings, simulate } from '@ktrdr/backtest';
import type { Strategy } from '@ktrdr/strategy';
import type { PreparedData } from '../data/prepare-data.js';
import type { Engine } from '../engines/engine.js';
import { decideSpan, spanSignals } from '../evaluation/span-decisions.js';
import { evaluatePart } from '../loop/evaluate-part.js';
import type { LossSpec } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { SeedScore } from './train-seeds.js';

/** The model to score, and the data. */
export interface SeedScoreRequest {
  /** Holds the parameters. */
  engine: Engine;
  model: ModelSpec;
  loss: LossSpec;
  data: PreparedData;
  strategy: Strategy;
}

/** Scores the engine's parameters on the test part, in accuracy and in money. @param pause awaited regularly; throws to stop */
export async function scoreSeed(
  { engine, model, loss, data, strategy }: SeedScoreRequest,
  pause: () => Promise<void>,
): Promise<SeedScore> {
  const evaluation = await evaluatePart(engine, model, loss, data.parts.test, pause);
  const decisions = backtestDecisions(strategy);
  const spans = await decideSpan({ engine, model, data, decisions }, pause);
  const { accuracy } = evaluation;
  if (spans === null) return { accuracy, loss: evaluation.loss, netReturn: null };
  const settings = backtestSettings(strategy);
  const { equity } = simulate(spanSignals(spans), settings);
  return { accuracy, loss: evaluation.loss, netReturn: equity[equity.length - 1]! / settings.capital - 1 };
}
