import type { ClassMetrics } from '@ktrdr/contracts';

/** Scores of a classification. A ratio with denominator 0 is 0. */
export interface ClassificationReport {
  /** 0..1 */
  accuracy: number;
  /** Means over the classes, weighted by support. */
  precision: number;
  recall: number;
  f1: number;
  perClass: ClassMetrics[];
  /** `[true class][predicted class]` */
  confusionMatrix: number[][];
}

/** The class of each row's greatest logit, the first of equals. `logits` `[rows, classes]` -> `[rows]`. */
export function predictedClasses(logits: Float32Array, classes: number): Int32Array {
  const predicted = new Int32Array(logits.length / classes);
  for (let row = 0; row < predicted.length; row += 1) {
    let greatest = 0;
    for (let k = 1; k < classes; k += 1) {
      if (logits[row * classes + k]! > logits[row * classes + greatest]!) greatest = k;
    }
    predicted[row] = greatest;
  }
  return predicted;
}

/** @param labels, predicted `[rows]`, 0-based classes @param classes names in order */
export function classificationReport(
  labels: Int32Array,
  predicted: Int32Array,
  classes: readonly string[],
): ClassificationReport {
  const confusionMatrix = classes.map(() => classes.map(() => 0));
  for (let row = 0; row < labels.length; row += 1) confusionMatrix[labels[row]!]![predicted[row]!]! += 1;

  const perClass = classes.map((label, k): ClassMetrics => {
    const hits = confusionMatrix[k]![k]!;
    const support = sum(confusionMatrix[k]!);
    const precision = ratio(hits, sum(confusionMatrix.map((row) => row[k]!)));
    const recall = ratio(hits, support);
    return { label, precision, recall, f1: ratio(2 * precision * recall, precision + recall), support };
  });
  const weighted = (of: (metrics: ClassMetrics) => number): number =>
    ratio(sum(perClass.map((metrics) => of(metrics) * metrics.support)), labels.length);
  return {
    accuracy: ratio(sum(confusionMatrix.map((row, k) => row[k]!)), labels.length),
    precision: weighted((metrics) => metrics.precision),
    recall: weighted((metrics) => metrics.recall),
    f1: weighted((metrics) => metrics.f1),
    perClass,
    confusionMatrix,
  };
}

/** The most frequent class, the first of equals. @param classes number of classes */
export function majorityClass(labels: Int32Array, classes: number): number {
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of labels) counts[label]! += 1;
  return counts.indexOf(Math.max(...counts));
}

/** Share of correct rows, 0..1; 0 without rows. */
export function accuracyOf(labels: Int32Array, predicted: Int32Array): number {
  let right = 0;
  for (let row = 0; row < labels.length; row += 1) if (predicted[row] === labels[row]) right += 1;
  return ratio(right, labels.length);
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
