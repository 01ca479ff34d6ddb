import type { Dataset, SymbolRows, Targets } from './dataset.js';
import { type FittedNormalisation, normalise } from './normalisation.js';
import type { RowParts, Split } from './split.js';

/** One part of the data set with the symbol of each row: symbol after symbol, each in order of time. */
export interface SymbolPart {
  rows: number;
  /** `[rows, inputs]`, finite. */
  features: Float32Array;
  /** `[rows]`; 0-based classes, or the values of a regression. */
  targets: Targets;
  /** `[rows]`, of mean 1: what each row counts for in training; `null` = all the same. */
  weights: Float32Array | null;
  /** `[rows]`, index into the data set's symbols. */
  symbols: Int32Array;
}

export type DataParts = Record<keyof RowParts, SymbolPart>;

/** The network's input: the rows of each part, scaled, as Float32. Only training rows have weights. */
export function buildParts(
  dataset: Dataset,
  split: Split,
  normalisation: readonly FittedNormalisation[],
): DataParts {
  const build = (part: keyof RowParts): SymbolPart => buildPart(dataset, split, part, normalisation);
  return {
    train: { ...build('train'), weights: trainingWeights(dataset.symbols, split) },
    validation: build('validation'),
    test: build('test'),
  };
}

function buildPart(
  { symbols, output }: Dataset,
  split: Split,
  part: keyof RowParts,
  normalisation: readonly FittedNormalisation[],
): SymbolPart {
  const columns = normalisation.length;
  const rows = split.parts.reduce((sum, parts) => sum + parts[part].length, 0);
  const built: SymbolPart = {
    rows,
    features: new Float32Array(rows * columns),
    targets: output === 'classification' ? new Int32Array(rows) : new Float32Array(rows),
    weights: null,
    symbols: new Int32Array(rows),
  };
  let at = 0;
  symbols.forEach(({ features, targets }, symbol) => {
    for (const row of split.parts[symbol]![part]) {
      for (let column = 0; column < columns; column += 1) {
        built.features[at * columns + column] = normalise(
          features[row * columns + column]!,
          normalisation[column]!,
        );
      }
      built.targets[at] = targets[row]!;
      built.symbols[at] = symbol;
      at += 1;
    }
  });
  return built;
}

/** Weights of the training rows, scaled to a mean of 1 over all of them. */
function trainingWeights(symbols: readonly SymbolRows[], split: Split): Float32Array | null {
  const taken: number[] = [];
  symbols.forEach(({ weights }, symbol) => {
    if (weights === null) return;
    for (const row of split.parts[symbol]!.train) taken.push(weights[row]!);
  });
  if (taken.length === 0) return null;
  const mean = taken.reduce((sum, weight) => sum + weight, 0) / taken.length;
  return Float32Array.from(taken, (weight) => weight / mean);
}

/** Rows of each class. */
export function countClasses(targets: Targets, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const target of targets) counts[target]! += 1;
  return counts;
}
