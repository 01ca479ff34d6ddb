import type { ClassMetrics } from '@ktrdr/contracts';
import { outputClasses, targetClasses } from '../evaluation/directions.js';
import { classificationReport } from '../evaluation/metrics.js';
import type { EpochEnd } from '../loop/training-callback.js';

export type LearningSignal = 'strong' | 'medium' | 'weak';

/** The detailed analytics of one epoch. */
export interface EpochAnalytics {
  epoch: number;
  trainLoss: number;
  valLoss: number;
  trainAccuracy: number;
  valAccuracy: number;
  learningRate: number;
  /** Euclidean norms of the batches' gradients before clipping. */
  gradientNorm: { mean: number; max: number };
  /** Euclidean norms of the parameters' change in this epoch, and of the parameters. */
  parameters: { change: number; norm: number };
  /** Metrics on the validation part. */
  classes: ClassMetrics[];
  /** On the validation part: mean of the greatest probability, mean entropy in nats. `null` for a regression. */
  predictions: { confidence: number; entropy: number } | null;
  learningSignal: LearningSignal;
  /** 0..1 */
  overfitting: number;
  /** 0..1 */
  classBalance: number;
  stopped: boolean;
  batches: number;
  /** Rows trained since the run began. */
  rowsProcessed: number;
  seconds: number;
}

/**
 * @param before parameters at the beginning of the epoch
 * @param classes names in order
 * @param rowsBefore rows trained before this epoch
 */
export function analyseEpoch(
  end: EpochEnd,
  before: Float32Array,
  classes: readonly string[],
  rowsBefore: number,
): EpochAnalytics {
  const { validation, validationTargets } = end;
  const predicted = outputClasses(validation.outputs, validationTargets);
  const parameters = { change: distance(end.parameters, before), norm: distance(end.parameters, null) };
  return {
    epoch: end.epoch,
    trainLoss: end.trainLoss,
    valLoss: validation.loss,
    trainAccuracy: end.trainAccuracy,
    valAccuracy: validation.accuracy,
    learningRate: end.learningRate,
    gradientNorm: { mean: end.gradientNormMean, max: end.gradientNormMax },
    parameters,
    classes: classificationReport(targetClasses(validationTargets), predicted, classes).perClass,
    predictions:
      validationTargets instanceof Int32Array
        ? describePredictions(validation.outputs, classes.length)
        : null,
    learningSignal: learningSignal(end.gradientNormMean, parameters.change),
    overfitting: overfittingScore(end),
    classBalance: classBalance(predicted, classes.length),
    stopped: end.stopping !== null,
    batches: end.batches,
    rowsProcessed: rowsBefore + end.rows,
    seconds: end.duration / 1000,
  };
}

/** Strong: gradient norm above 0.1 and parameter change above 0.01. Weak: gradient norm below 0.01 or parameter change below 0.001. */
function learningSignal(gradientNorm: number, parameterChange: number): LearningSignal {
  if (gradientNorm > 0.1 && parameterChange > 0.01) return 'strong';
  return gradientNorm > 0.01 && parameterChange > 0.001 ? 'medium' : 'weak';
}

/** Mean of (val - train loss) / 0.5 and (train - val accuracy) / 0.3, each clipped to 0..1. */
function overfittingScore({ trainLoss, trainAccuracy, validation }: EpochEnd): number {
  const loss = clip((validation.loss - trainLoss) / 0.5);
  const accuracy = clip((trainAccuracy - validation.accuracy) / 0.3);
  return (loss + accuracy) / 2;
}

/** 1 - standard deviation / mean of the predicted classes' frequencies: 1 if all are equally frequent, 0 if only one is predicted. */
function classBalance(predicted: Int32Array, classes: number): number {
  const counts = new Float64Array(classes);
  for (const label of predicted) counts[label]! += 1;
  const mean = predicted.length / classes;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / classes;
  return clip(1 - Math.sqrt(variance) / mean);
}

function describePredictions(logits: Float32Array, classes: number): { confidence: number; entropy: number } {
  const rows = logits.length / classes;
  const exponentials = new Float64Array(classes);
  let confidence = 0;
  let entropy = 0;
  for (let row = 0; row < rows; row += 1) {
    const rowLogits = logits.subarray(row * classes, (row + 1) * classes);
    const maximum = rowLogits.reduce(
      (greatest, logit) => Math.max(greatest, logit),
      Number.NEGATIVE_INFINITY,
    );
    let total = 0;
    let weighted = 0;
    for (let k = 0; k < classes; k += 1) {
      const distanceDown = rowLogits[k]! - maximum;
      exponentials[k] = Math.exp(distanceDown);
      total += exponentials[k]!;
      weighted += exponentials[k]! * distanceDown;
    }
    // With p = e / total, the greatest p is 1 / total, and -sum p ln p = ln total - sum p * distance.
    confidence += 1 / total;
    entropy += Math.log(total) - weighted / total;
  }
  return { confidence: confidence / rows, entropy: entropy / rows };
}

function distance(to: Float32Array, from: Float32Array | null): number {
  let squares = 0;
  for (let i = 0; i < to.length; i += 1) {
    const difference = to[i]! - (from === null ? 0 : from[i]!);
    squares += difference * difference;
  }
  return Math.sqrt(squares);
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}
