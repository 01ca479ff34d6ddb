import type { ClassMetrics } from '@ktrdr/contracts';

/** What a set of predictions is worth. Ratios whose denominator is 0 are 0. */
export interface ClassificationReport {
  /** 0..1 */
  accuracy: number;
  /** Means of the classes' values, weighted by support. */
  precision: number;
  recall: number;
  f1: number;
  perClass: ClassMetrics[];
  /** `[true class][predicted class]` */
  confusionMatrix: number[][];
}

/** Class of the greatest logit of each row, the first of equals. `logits` `[rows, classes]` -> `[rows]`. */
export declare function predictedClasses(logits: Float32Array, classes: number): Int32Array;
/** `labels` and `predicted` `[rows]`, 0-based; `classes` are the names in order. */
export declare function classificationReport(
  labels: Int32Array,
  predicted: Int32Array,
  classes: readonly string[],
): ClassificationReport;
/** The most frequent class of `trainLabels` (the first of equals), and what always saying it scores on `testLabels`. */
export declare function majorityBaseline(
  trainLabels: Int32Array,
  testLabels: Int32Array,
  classes: number,
): { label: number; testAccuracy: number };
