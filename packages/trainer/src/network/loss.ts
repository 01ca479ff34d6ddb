/** The loss that training minimises. */
export type LossSpec =
  /** `-w_y ln p_y` of p = softmax(outputs); one weight a class, or `null` for all 1. */
  | { type: 'cross_entropy'; classWeights: Float32Array | null }
  /** `-w_y (1 - p_y)^gamma ln p_y` (Lin et al. 2017) */
  | { type: 'focal'; gamma: number; classWeights: Float32Array | null }
  /** `(output - target)^2` */
  | { type: 'mse' }
  /** With e = output - target: `e^2 / 2` up to `|e| = delta`, beyond it `delta (|e| - delta / 2)` (Huber 1964) */
  | { type: 'huber'; delta: number };

/** Targets of rows, `[rows]`: 0-based classes, or the values of a regression. */
export type Targets = Int32Array | Float32Array;

/** The targets of a classification. @throws TypeError for targets of a regression */
export function classTargets(targets: Targets): Int32Array {
  if (targets instanceof Int32Array) return targets;
  throw new TypeError('The targets are values of a regression, not classes.');
}

/** Sums over rows. The sums of the parts of a batch add up to those of the batch. */
export interface LossSums {
  /** Sum of scale * loss. */
  loss: number;
  /** Rows with a correct prediction. Classification: the largest output (the first one in a tie) is that of the row's class. Regression: output and target are both above 0, or neither is. */
  correct: number;
}

/** Lower limit of `1 - p` in the focal loss. Its gradient contains `(1 - p)^(gamma - 1)`, which is infinite at 0 for gamma < 1. */
export const SMALLEST_MISS = 1e-7;

/**
 * Computes the scale of each row's loss: class weight times sample weight, divided by the sum over the rows. The scaled losses add
 * up to PyTorch's weighted mean. If all weights are 0, all scales are 0.
 *
 * @param scales output, `[rows]`
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
 * Sums of the loss of rows with known outputs. The greatest logit is subtracted first, so that nothing overflows.
 *
 * @param outputs `[rows, outputs]`: logits, or values of a regression
 * @param scales `[rows]`, as `fillRowScales` makes them
 * @param gradient output, if given: `[rows, outputs]`, the derivative of the loss sum with respect to each output
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
    // The focal loss multiplies the cross-entropy and its gradient by these factors.
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
 * Mean loss and accuracy of rows with known outputs. The loss is weighted by class as in training. If all weights of the rows are 0
 * (no training row has their classes), it is the plain mean.
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
 * Inverse class frequencies of the labels, scaled to add up to the number of classes: `w_k = classes * (1/n_k) / sum(1/n_j)`.
 * A class without rows has weight 0. @returns `[classes]`
 */
export function inverseFrequencyWeights(labels: Int32Array, classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]! += 1;
  const inverse = counts.map((count) => (count > 0 ? 1 / count : 0));
  const sum = inverse.reduce((total, value) => total + value, 0);
  return Float32Array.from(inverse, (value) => (classes * value) / sum);
}
