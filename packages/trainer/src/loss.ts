/** What is minimised. */
export interface LossSpec {
  type: 'cross_entropy';
  /** One weight a class, or `null` for all 1. */
  classWeights: Float32Array | null;
}

/** Sums over rows: parts of a batch add up to the batch. */
export interface LossSums {
  /** Sum of weight * loss. */
  loss: number;
  /** Rows whose greatest logit (the first of equals) is their class's. */
  correct: number;
}

/**
 * Cross-entropy of softmax(logits), weighted by class: row i adds `-w[y_i] * ln p_i[y_i]`, computed from the greatest
 * logit down, so that nothing overflows.
 *
 * @param logits `[rows, classes]`
 * @param labels `[rows]`
 * @param gradient when given, `[rows, classes]`, filled with `scale` times the derivative of the loss sum by each logit
 */
export function crossEntropy(
  logits: Float32Array,
  labels: Int32Array,
  classWeights: Float32Array | null,
  gradient?: Float32Array,
  scale = 1,
): LossSums {
  const rows = labels.length;
  const classes = logits.length / rows;
  const sums: LossSums = { loss: 0, correct: 0 };
  const exponentials = new Float64Array(classes);
  for (let row = 0; row < rows; row += 1) {
    const start = row * classes;
    let greatest = 0;
    for (let k = 1; k < classes; k += 1) if (logits[start + k]! > logits[start + greatest]!) greatest = k;
    const maximum = logits[start + greatest]!;
    let total = 0;
    for (let k = 0; k < classes; k += 1) {
      const exponential = Math.exp(logits[start + k]! - maximum);
      exponentials[k] = exponential;
      total += exponential;
    }
    const label = labels[row]!;
    const weight = classWeights === null ? 1 : classWeights[label]!;
    sums.loss += weight * (Math.log(total) + maximum - logits[start + label]!);
    if (greatest === label) sums.correct += 1;
    if (gradient === undefined) continue;
    for (let k = 0; k < classes; k += 1) {
      gradient[start + k] = scale * weight * (exponentials[k]! / total - (k === label ? 1 : 0));
    }
  }
  return sums;
}

/** Sum of the class weights of rows: what a weighted loss sum is divided by. */
export function weightSum(labels: Int32Array, classWeights: Float32Array | null): number {
  if (classWeights === null) return labels.length;
  let sum = 0;
  for (let row = 0; row < labels.length; row += 1) sum += classWeights[labels[row]!]!;
  return sum;
}

/**
 * Mean loss and accuracy of rows whose logits are known: the mean is weighted by class, as PyTorch's `CrossEntropyLoss`
 * does; the plain mean when all weights of the rows are 0 (classes that training never saw).
 */
export function evaluateLogits(
  logits: Float32Array,
  labels: Int32Array,
  classWeights: Float32Array | null,
): { loss: number; accuracy: number } {
  const weights = weightSum(labels, classWeights) > 0 ? classWeights : null;
  const sums = crossEntropy(logits, labels, weights);
  return { loss: sums.loss / weightSum(labels, weights), accuracy: sums.correct / labels.length };
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
