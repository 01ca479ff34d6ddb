import type { NormalisationRule } from '@ktrdr/strategy';

/** How one column is scaled, with the statistics of the training rows. Stored with the model. */
export type FittedNormalisation =
  | { method: 'none' }
  /** (x - min) / (max - min), not clipped; 0 if all training values are equal. */
  | { method: 'minmax'; min: number; max: number }
  /** (x - mean) / std with the sample standard deviation; 0 if all training values are equal. */
  | { method: 'zscore'; mean: number; std: number };

/** Statistics of one column over the training rows. */
export interface ColumnStatistics {
  min: number;
  max: number;
  mean: number;
  /** Sample standard deviation; 0 for a single row. */
  std: number;
}

/** Selected rows of one symbol's features `[bars, columns]`. */
export interface RowSelection {
  features: Float32Array | Float64Array;
  rows: Int32Array;
}

/** Statistics of each column over all selections. Two passes: accurate for values that are large and close together. */
export function columnStatistics(selections: readonly RowSelection[], columns: number): ColumnStatistics[] {
  const rows = selections.reduce((sum, selection) => sum + selection.rows.length, 0);
  const min = new Float64Array(columns).fill(Infinity);
  const max = new Float64Array(columns).fill(-Infinity);
  const sums = new Float64Array(columns);
  forEachRow(selections, columns, (features, from) => {
    for (let column = 0; column < columns; column += 1) {
      const value = features[from + column]!;
      min[column] = Math.min(min[column]!, value);
      max[column] = Math.max(max[column]!, value);
      sums[column]! += value;
    }
  });
  const mean = sums.map((sum) => sum / rows);
  const squares = new Float64Array(columns);
  forEachRow(selections, columns, (features, from) => {
    for (let column = 0; column < columns; column += 1) {
      squares[column]! += (features[from + column]! - mean[column]!) ** 2;
    }
  });
  return Array.from({ length: columns }, (_, column) => ({
    min: min[column]!,
    max: max[column]!,
    mean: mean[column]!,
    std: rows > 1 ? Math.sqrt(squares[column]! / (rows - 1)) : 0,
  }));
}

export function fitNormalisation(
  rules: readonly NormalisationRule[],
  statistics: readonly ColumnStatistics[],
): FittedNormalisation[] {
  return rules.map(({ method }, column) => {
    const { min, max, mean, std } = statistics[column]!;
    switch (method) {
      case 'minmax':
        return { method, min, max };
      case 'zscore':
        return { method, mean, std: min === max ? 0 : std };
      case 'none':
        return { method };
    }
  });
}

/** Scales rows `[rows, columns]` as in the network's input. Fills `scaled` from `at` on, and returns it. */
export function normalise(
  features: RowSelection['features'],
  normalisation: readonly FittedNormalisation[],
  scaled = new Float32Array(features.length),
  at = 0,
): Float32Array {
  const columns = normalisation.length;
  const scales = normalisation.map(scaleOf);
  const offsets = Float64Array.from(scales, ([offset]) => offset);
  const divisors = Float64Array.from(scales, ([, divisor]) => divisor);
  for (let from = 0; from < features.length; from += columns) {
    for (let column = 0; column < columns; column += 1) {
      const divisor = divisors[column]!;
      const value = features[from + column]! - offsets[column]!;
      scaled[at + from + column] = divisor === 0 ? 0 : value / divisor;
    }
  }
  return scaled;
}

/** What is subtracted, and what the rest is divided by; 0: every scaled value is 0. */
function scaleOf(fitted: FittedNormalisation): [offset: number, divisor: number] {
  switch (fitted.method) {
    case 'minmax':
      return [fitted.min, fitted.max - fitted.min];
    case 'zscore':
      return [fitted.mean, fitted.std];
    case 'none':
      return [0, 1];
  }
}

function forEachRow(
  selections: readonly RowSelection[],
  columns: number,
  visit: (features: RowSelection['features'], from: number) => void,
): void {
  for (const { features, rows } of selections) {
    for (const row of rows) visit(features, row * columns);
  }
}
