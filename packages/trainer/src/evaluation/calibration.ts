import type { Calibration } from '@ktrdr/contracts';

const BINS = 10;

/**
 * Expected calibration error and reliability bins (Guo et al. 2017), Brier score (Brier 1950) of probabilities.
 *
 * @param logits `[rows, classes]`
 * @param labels `[rows]`, at least one
 */
export function calibrationOf(logits: Float32Array, labels: Int32Array): Calibration {
  const rows = labels.length;
  const classes = logits.length / rows;
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  let squares = 0;
  for (let row = 0; row < rows; row += 1) {
    const probabilities = softmax(logits.subarray(row * classes, (row + 1) * classes));
    let said = 0;
    probabilities.forEach((probability, k) => {
      squares += (probability - (k === labels[row] ? 1 : 0)) ** 2;
      if (probability > probabilities[said]!) said = k;
    });
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
    bins: bins.map((bin, index) => ({
      from: index / BINS,
      to: (index + 1) / BINS,
      rows: bin.rows,
      confidence: bin.rows === 0 ? null : bin.confidence / bin.rows,
      accuracy: bin.rows === 0 ? null : bin.right / bin.rows,
    })),
  };
}

function softmax(logits: Float32Array): Float64Array {
  const greatest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const exponentials = Float64Array.from(logits, (value) => Math.exp(value - greatest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
