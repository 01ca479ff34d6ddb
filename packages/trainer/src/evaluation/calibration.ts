import type { Calibration } from '@ktrdr/contracts';

const BINS = 10;

/**
 * Calibration of probabilities: expected calibration error and reliability bins (Guo et al. 2017), Brier score (Brier 1950), log loss.
 *
 * @param logits `[rows, classes]`
 * @param labels `[rows]`, at least one row
 */
export function calibrationOf(logits: Float32Array, labels: Int32Array): Calibration {
  const rows = labels.length;
  const classes = logits.length / rows;
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  const probabilities = new Float64Array(classes);
  let squares = 0;
  let surprise = 0;
  for (let row = 0; row < rows; row += 1) {
    surprise += fillSoftmax(probabilities, logits, row * classes) - logits[row * classes + labels[row]!]!;
    let said = 0;
    for (let k = 0; k < classes; k += 1) {
      squares += (probabilities[k]! - (k === labels[row] ? 1 : 0)) ** 2;
      if (probabilities[k]! > probabilities[said]!) said = k;
    }
    const confidence = probabilities[said]!;
    const bin = bins[Math.max(0, Math.ceil(confidence * BINS) - 1)]!;
    bin.rows += 1;
    bin.confidence += confidence;
    if (said === labels[row]) bin.right += 1;
  }
  return {
    expected_calibration_error: bins.reduce(
      (sum, { confidence, right }) => sum + Math.abs(confidence - right) / rows,
      0,
    ),
    brier_score: squares / rows,
    log_loss: surprise / rows,
    bins: bins.map((bin, index) => ({
      from: index / BINS,
      to: (index + 1) / BINS,
      rows: bin.rows,
      confidence: bin.rows === 0 ? null : bin.confidence / bin.rows,
      accuracy: bin.rows === 0 ? null : bin.right / bin.rows,
    })),
  };
}

/** Softmax of the logits from `start` on. @returns the logarithm of the sum of their exponentials */
function fillSoftmax(probabilities: Float64Array, logits: Float32Array, start: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < probabilities.length; k += 1) greatest = Math.max(greatest, logits[start + k]!);
  let total = 0;
  for (let k = 0; k < probabilities.length; k += 1) {
    probabilities[k] = Math.exp(logits[start + k]! - greatest);
    total += probabilities[k]!;
  }
  for (let k = 0; k < probabilities.length; k += 1) probabilities[k]! /= total;
  return greatest + Math.log(total);
}
