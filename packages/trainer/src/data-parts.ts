import type { Dataset, SymbolRows } from './dataset.js';
import type { DataPart } from './loop.js';
import { type FittedNormalisation, normalise } from './normalisation.js';
import type { RowParts, Split } from './split.js';

/** One part of the data set with the symbol of each row: symbol after symbol, each in order of time. */
export interface SymbolPart extends DataPart {
  rows: number;
  /** `[rows]`, index into the data set's symbols. */
  symbols: Int32Array;
}

export type DataParts = Record<keyof RowParts, SymbolPart>;

/** The network's input: the rows of each part, scaled, as Float32. */
export function buildParts(
  dataset: Dataset,
  split: Split,
  normalisation: readonly FittedNormalisation[],
): DataParts {
  const build = (part: keyof RowParts): SymbolPart => buildPart(dataset.symbols, split, part, normalisation);
  return { train: build('train'), validation: build('validation'), test: build('test') };
}

function buildPart(
  symbols: readonly SymbolRows[],
  split: Split,
  part: keyof RowParts,
  normalisation: readonly FittedNormalisation[],
): SymbolPart {
  const columns = normalisation.length;
  const rows = split.parts.reduce((sum, parts) => sum + parts[part].length, 0);
  const built: SymbolPart = {
    rows,
    features: new Float32Array(rows * columns),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row),
    targets: new Int32Array(rows),
    weights: null,
    symbols: new Int32Array(rows),
  };
  let at = 0;
  symbols.forEach(({ features, labels }, symbol) => {
    for (const row of split.parts[symbol]![part]) {
      for (let column = 0; column < columns; column += 1) {
        built.features[at * columns + column] = normalise(
          features[row * columns + column]!,
          normalisation[column]!,
        );
      }
      built.targets[at] = labels[row]!;
      built.symbols[at] = symbol;
      at += 1;
    }
  });
  return built;
}

/** Rows of each class. */
export function countClasses(labels: Int32Array, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}
