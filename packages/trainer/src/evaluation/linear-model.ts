import { minimise } from './minimise.js';
import type { DataPart } from '../data/data-parts.js';

/** Maximum number of training values for a fit, so that it takes seconds. */
const MOST_VALUES = 2_000_000;
const MOST_ROWS = 20_000;
/** Rows between two pauses. */
const ROWS_AT_ONCE = 256;

/** Outputs = weights . ((features - mean) * scale) + bias: logits, or the value of a regression. */
export interface LinearModel {
  /** `[outputs, inputs + 1]`, the bias last. */
  weights: Float64Array;
  inputs: number;
  outputs: number;
  /** `[inputs]`, mean of the fitted rows. */
  mean: Float64Array;
  /** `[inputs]`, 1 / standard deviation; 0 for a constant feature. */
  scale: Float64Array;
  /** Factor for the outputs: 1, or the standard deviation of a regression's targets. */
  unit: number;
  /** Number of fitted rows. */
  rows: number;
}

/**
 * Fits multinomial logistic regression, or least squares for a regression, on the features of each row's own bar, with a ridge penalty
 * of 1 / rows. If there are many rows, uses an evenly spaced subset.
 *
 * @param outputs number of classes, or 1 for a regression
 * @param pause awaited regularly; throws to stop
 */
export async function fitLinearModel(
  part: DataPart,
  inputs: number,
  outputs: number,
  pause: () => Promise<void>,
): Promise<LinearModel> {
  const all = part.targets.length;
  const rows = Math.min(all, MOST_ROWS, Math.max(1, Math.floor(MOST_VALUES / inputs)));
  const taken = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * all) / rows));
  const { mean, scale } = await moments(part, taken, inputs, pause);
  const classes = part.targets instanceof Int32Array;
  const targets = Float64Array.from(taken, (row) => part.targets[row]!);
  const unit = classes ? 1 : Math.sqrt(meanOf(targets.map((value) => value * value))) || 1;
  const width = inputs + 1;
  const model: LinearModel = { weights: new Float64Array(0), inputs, outputs, mean, scale, unit, rows };
  const values = new Float64Array(width).fill(1);
  const scores = new Float64Array(outputs);
  model.weights = await minimise(async (weights, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < rows; i += 1) {
      if (i % ROWS_AT_ONCE === 0) await pause();
      standardise(part, taken[i]!, model, values);
      score(weights, values, scores);
      loss += classes ? softmaxLoss(scores, targets[i]!) : squaredLoss(scores, targets[i]! / unit);
      for (let k = 0; k < outputs; k += 1) {
        const error = scores[k]! / rows;
        for (let j = 0, at = k * width; j < width; j += 1, at += 1) gradient[at]! += error * values[j]!;
      }
    }
    loss /= rows;
    for (let at = 0; at < weights.length; at += 1) {
      if (at % width === inputs) continue;
      loss += weights[at]! ** 2 / (2 * rows);
      gradient[at]! += weights[at]! / rows;
    }
    return loss;
  }, outputs * width);
  return model;
}

/** Computes the model's outputs, `[rows, outputs]`. */
export async function linearOutputs(
  model: LinearModel,
  part: DataPart,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const { inputs, outputs, weights, unit } = model;
  const rows = part.targets.length;
  const all = new Float32Array(rows * outputs);
  const values = new Float64Array(inputs + 1).fill(1);
  const scores = new Float64Array(outputs);
  for (let row = 0; row < rows; row += 1) {
    if (row % ROWS_AT_ONCE === 0) await pause();
    standardise(part, row, model, values);
    score(weights, values, scores);
    for (let k = 0; k < outputs; k += 1) all[row * outputs + k] = scores[k]! * unit;
  }
  return all;
}

async function moments(
  { features, windowEnds }: DataPart,
  rows: Int32Array,
  inputs: number,
  pause: () => Promise<void>,
): Promise<{ mean: Float64Array; scale: Float64Array }> {
  const mean = new Float64Array(inputs);
  const squares = new Float64Array(inputs);
  for (const [sums, of] of [
    [mean, (value: number) => value],
    [squares, (value: number, j: number) => (value - mean[j]!) ** 2],
  ] as const) {
    for (let i = 0; i < rows.length; i += 1) {
      if (i % ROWS_AT_ONCE === 0) await pause();
      const from = windowEnds[rows[i]!]! * inputs;
      for (let j = 0; j < inputs; j += 1) sums[j]! += of(features[from + j]!, j) / rows.length;
    }
  }
  return { mean, scale: squares.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0)) };
}

function standardise(
  { features, windowEnds }: DataPart,
  row: number,
  { inputs, mean, scale }: LinearModel,
  values: Float64Array,
): void {
  const from = windowEnds[row]! * inputs;
  for (let j = 0; j < inputs; j += 1) values[j] = (features[from + j]! - mean[j]!) * scale[j]!;
}

function score(weights: Float64Array, values: Float64Array, scores: Float64Array): void {
  const width = values.length;
  for (let k = 0, at = 0; k < scores.length; k += 1) {
    let sum = 0;
    for (let j = 0; j < width; j += 1, at += 1) sum += weights[at]! * values[j]!;
    scores[k] = sum;
  }
}

/** Returns -ln p of the target and replaces `scores` with their derivatives: p - 1 for the target, otherwise p. */
function softmaxLoss(scores: Float64Array, target: number): number {
  const greatest = scores.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const own = scores[target]! - greatest;
  let total = 0;
  for (let k = 0; k < scores.length; k += 1) {
    scores[k] = Math.exp(scores[k]! - greatest);
    total += scores[k]!;
  }
  for (let k = 0; k < scores.length; k += 1) scores[k] = scores[k]! / total - (k === target ? 1 : 0);
  return Math.log(total) - own;
}

function squaredLoss(scores: Float64Array, target: number): number {
  scores[0]! -= target;
  return scores[0]! ** 2 / 2;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
