/** What is minimised. */
export type LossSpec =
  /** `-w_y ln p_y` of p = softmax(outputs); one weight a class, or `null` for all 1. */
  | { type: 'cross_entropy'; classWeights: Float32Array | null }
  /** `-w_y (1 - p_y)^gamma ln p_y` (Lin et al. 2017) */
  | { type: 'focal'; gamma: number; classWeights: Float32Array | null }
  /** `(output - target)^2` */
  | { type: 'mse' }
  /** `e^2 / 2` up to `|e| = delta`, from there on `delta (|e| - delta / 2)`, of e = output - target */
  | { type: 'huber'; delta: number };

/** What rows should give: 0-based classes, or values for a regression. */
export type Targets = Int32Array | Float32Array;

/** Targets of a classification. */
export function classTargets(targets: Targets): Int32Array {
  if (targets instanceof Int32Array) return targets;
  throw new TypeError('the targets are values of a regression, not classes');
}

/** Sums over rows: parts of a batch add up to the batch. */
export interface LossSums {
  /** Sum of scale * loss. */
  loss: number;
  /** Rows whose greatest output (the first of equals) is their class's; of a regression, rows whose output is above 0 where the target is. */
  correct: number;
}

/** Smallest `1 - p` that focal loss computes with: its gradient has `(1 - p)^(gamma - 1)`, infinite at 0 where gamma < 1. */
export const SMALLEST_MISS = 1e-7;

/**
 * What each row's loss counts for in the mean: class weight times sample weight, divided by their sum over the rows, so
 * that the scaled losses add up to PyTorch's weighted mean. All 0 where every weight is 0.
 *
 * @param scales filled, `[rows]`
 */
export function fillRowScales(
  scales: Float32Array,
  targets: Targets,
  loss: LossSpec,
  sampleWeights: Float32Array | null,
): void {
  const classWeights = 'classWeights' in loss ? loss.classWeights : null;
  let sum = 0;
  for (let row = 0; row < targets.length; row += 1) {
    const weight =
      (classWeights === null ? 1 : classWeights[targets[row]!]!) *
      (sampleWeights === null ? 1 : sampleWeights[row]!);
    scales[row] = weight;
    sum += weight;
  }
  if (sum === 0) return;
  for (let row = 0; row < targets.length; row += 1) scales[row]! /= sum;
}

/**
 * Loss of rows whose outputs are known, from the greatest logit down, so that nothing overflows.
 *
 * @param outputs `[rows, outputs]`: logits, or values of a regression
 * @param scales `[rows]`, as `fillRowScales` makes them
 * @param gradient when given, `[rows, outputs]`, filled with the derivative of the loss sum by each output
 */
export function lossSums(
  outputs: Float32Array,
  targets: Targets,
  scales: Float32Array,
  loss: LossSpec,
  gradient?: Float32Array,
): LossSums {
  return loss.type === 'mse' || loss.type === 'huber'
    ? regressionSums(outputs, targets, scales, loss, gradient)
    : classificationSums(outputs, targets, scales, loss, gradient);
}

function classificationSums(
  outputs: Float32Array,
  targets: Targets,
  scales: Float32Array,
  loss: Extract<LossSpec, { classWeights: unknown }>,
  gradient?: Float32Array,
): LossSums {
  const rows = targets.length;
  const classes = outputs.length / rows;
  const sums: LossSums = { loss: 0, correct: 0 };
  const exponentials = new Float64Array(classes);
  for (let row = 0; row < rows; row += 1) {
    const start = row * classes;
    let greatest = 0;
    for (let k = 1; k < classes; k += 1) if (outputs[start + k]! > outputs[start + greatest]!) greatest = k;
    const maximum = outputs[start + greatest]!;
    let total = 0;
    for (let k = 0; k < classes; k += 1) {
      const exponential = Math.exp(outputs[start + k]! - maximum);
      exponentials[k] = exponential;
      total += exponential;
    }
    const target = targets[row]!;
    const surprise = Math.log(total) + maximum - outputs[start + target]!;
    // Factor that focal loss puts before the loss, and before the gradient, of a cross-entropy.
    let lossFactor = 1;
    let gradientFactor = 1;
    if (loss.type === 'focal') {
      const probability = exponentials[target]! / total;
      const miss = Math.max(1 - probability, SMALLEST_MISS);
      lossFactor = miss ** loss.gamma;
      gradientFactor = lossFactor + loss.gamma * probability * miss ** (loss.gamma - 1) * surprise;
    }
    sums.loss += scales[row]! * lossFactor * surprise;
    if (greatest === target) sums.correct += 1;
    if (gradient === undefined) continue;
    const scale = scales[row]! * gradientFactor;
    for (let k = 0; k < classes; k += 1) {
      gradient[start + k] = scale * (exponentials[k]! / total - (k === target ? 1 : 0));
    }
  }
  return sums;
}

function regressionSums(
  outputs: Float32Array,
  targets: Targets,
  scales: Float32Array,
  loss: Extract<LossSpec, { type: 'mse' | 'huber' }>,
  gradient?: Float32Array,
): LossSums {
  const sums: LossSums = { loss: 0, correct: 0 };
  const delta = loss.type === 'huber' ? loss.delta : Number.POSITIVE_INFINITY;
  for (let row = 0; row < targets.length; row += 1) {
    const error = outputs[row]! - targets[row]!;
    const size = Math.abs(error);
    const value =
      loss.type === 'mse' ? error * error : size <= delta ? (error * error) / 2 : delta * (size - delta / 2);
    sums.loss += scales[row]! * value;
    if (outputs[row]! > 0 === targets[row]! > 0) sums.correct += 1;
    if (gradient === undefined) continue;
    gradient[row] =
      scales[row]! * (loss.type === 'mse' ? 2 * error : Math.max(-delta, Math.min(delta, error)));
  }
  return sums;
}

/**
 * Mean loss, weighted by class as in training, and accuracy of rows whose outputs are known: the plain mean when all
 * weights of the rows are 0 (classes that training never saw).
 */
export function evaluateOutputs(
  outputs: Float32Array,
  targets: Targets,
  loss: LossSpec,
): { loss: number; accuracy: number } {
  const scales = new Float32Array(targets.length);
  fillRowScales(scales, targets, loss, null);
  if (scales.every((scale) => scale === 0)) scales.fill(1 / targets.length);
  const sums = lossSums(outputs, targets, scales, loss);
  return { loss: sums.loss, accuracy: sums.correct / targets.length };
}

/**
 * Inverse class frequency of the labels, scaled to sum to the class count: `w_k = classes * (1/n_k) / sum(1/n_j)`.
 * A class without rows has weight 0.
 */
export function inverseFrequencyWeights(labels: Int32Array, classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]! += 1;
  const inverse = counts.map((count) => (count > 0 ? 1 / count : 0));
  const sum = inverse.reduce((total, value) => total + value, 0);
  return Float32Array.from(inverse, (value) => (classes * value) / sum);
}
