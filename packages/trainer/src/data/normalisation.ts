import type { NormalisationRule } from '@ktrdr/strategy';

/** How one column is scaled, with what was measured on the training rows; stored with the model. */
export type FittedNormalisation =
  | { method: 'none' }
  /** (x - min) / (max - min), not clipped; 0 where all training values are the same. */
  | { method: 'minmax'; min: number; max: number }
  /** (x - mean) / std with the sample deviation; 0 where all training values are the same. */
  | { method: 'zscore'; mean: number; std: number };

/** What the training rows hold in one column. */
export interface ColumnStatistics {
  min: number;
  max: number;
  mean: number;
  /** Sample deviation; 0 for a single row. */
  std: number;
}

/** Some rows `[rows, columns]` of one symbol's features. */
export interface RowSelection {
  features: Float64Array;
  rows: Int32Array;
}

/** One entry a column, over all selections together (two passes: exact where values are large and close). */
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

/** One value as the network gets it. */
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
