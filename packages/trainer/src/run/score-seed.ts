import { backtestDecisions, backtestSettings, simulate } from '@ktrdr/backtest';
import type { Strategy } from '@ktrdr/strategy';
import type { PreparedData } from '../data/prepare-data.js';
import type { EvaluatedRows, ModelOutputs } from '../evaluation/model-outputs.js';
import { decideSpan, spanSignals } from '../evaluation/span-decisions.js';
import { evaluateOutputs, type LossSpec } from '../network/loss.js';
import type { SeedScore } from './train-seeds.js';

/** The model to score, and the data. */
export interface SeedScoreRequest {
  outputs: ModelOutputs;
  loss: LossSpec;
  /** The rows of the outputs. */
  rows: EvaluatedRows;
  data: PreparedData;
  strategy: Strategy;
}

/** Scores a model on the test part, in accuracy and in money. */
export function scoreSeed({ outputs, loss, rows, data, strategy }: SeedScoreRequest): SeedScore {
  const score = evaluateOutputs(outputs.test, data.parts.test.targets, loss);
  const { classes } = data.dataset;
  const spans = decideSpan(rows.span, outputs.span, classes, backtestDecisions(strategy));
  if (spans === null) return { ...score, netReturn: null };
  const settings = backtestSettings(strategy);
  const { equity } = simulate(spanSignals(spans), settings);
  return { ...score, netReturn: equity[equity.length - 1]! / settings.capital - 1 };
}
