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
  return Array.from({ length: columns }, (_, column) => {
    let [min, max, sum] = [Infinity, -Infinity, 0];
    forEachValue(selections, columns, column, (value) => {
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    });
    const mean = sum / rows;
    let squares = 0;
    forEachValue(selections, columns, column, (value) => {
      squares += (value - mean) ** 2;
    });
    return { min, max, mean, std: rows > 1 ? Math.sqrt(squares / (rows - 1)) : 0 };
  });
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

/** Scales one value as in the network's input. */
export function normalise(value: number, fitted: FittedNormalisation): number {
  switch (fitted.method) {
    case 'minmax':
      return fitted.max === fitted.min ? 0 : (value - fitted.min) / (fitted.max - fitted.min);
    case 'zscore':
      return fitted.std === 0 ? 0 : (value - fitted.mean) / fitted.std;
    case 'none':
      return value;
  }
}

function forEachValue(
  selections: readonly RowSelection[],
  columns: number,
  column: number,
  visit: (value: number) => void,
): void {
  for (const { features, rows } of selections) {
    for (const row of rows) visit(features[row * columns + column]!);
  }
}
