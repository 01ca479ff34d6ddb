import type { Dataset, SymbolRows } from './dataset.js';
import type { Targets } from '../network/loss.js';
import { type FittedNormalisation, normalise } from './normalisation.js';
import type { RowParts, Split } from './split.js';

/** Rows of one part of the dataset, ready for the network. */
export interface DataPart {
  /** `[bars, inputs]`, finite; one symbol after the other, each in order of time. */
  features: Float32Array;
  /** `[rows]`: the last bar of each row's window, as an index into the bars of `features`. */
  windowEnds: Int32Array;
  /** `[rows]` */
  targets: Targets;
  /** `[rows]`, sample weights; `null`: all rows weigh the same. */
  weights: Float32Array | null;
}

/** One part of the dataset with the symbol of each row; one symbol after the other, each in order of time. */
export interface SymbolPart extends DataPart {
  rows: number;
  /** `[rows]`, index into the dataset's symbols. */
  symbols: Int32Array;
}

export type DataParts = Record<keyof RowParts, SymbolPart>;

/** Builds the network's input. All parts share one array of normalised features. Only training rows have weights; their mean is 1. */
export function buildParts(
  dataset: Dataset,
  split: Split,
  normalisation: readonly FittedNormalisation[],
): DataParts {
  const features = normalisedFeatures(dataset.symbols, normalisation);
  const build = (part: keyof RowParts): SymbolPart => buildPart(dataset, split, part, features);
  return {
    train: { ...build('train'), weights: trainingWeights(dataset.symbols, split) },
    validation: build('validation'),
    test: build('test'),
  };
}

/** `[bars of all symbols, columns]` */
function normalisedFeatures(
  symbols: readonly SymbolRows[],
  normalisation: readonly FittedNormalisation[],
): Float32Array {
  const [first, ...others] = symbols;
  const isPlain = normalisation.every(({ method }) => method === 'none');
  if (isPlain && others.length === 0 && first!.features instanceof Float32Array) return first!.features;
  const normalised = new Float32Array(symbols.reduce((sum, { features }) => sum + features.length, 0));
  let at = 0;
  for (const { features } of symbols) {
    normalise(features, normalisation, normalised, at);
    at += features.length;
  }
  return normalised;
}

function buildPart(
  { symbols, output, normalisation }: Dataset,
  split: Split,
  part: keyof RowParts,
  features: Float32Array,
): SymbolPart {
  const rows = split.parts.reduce((sum, parts) => sum + parts[part].length, 0);
  const built: SymbolPart = {
    rows,
    features,
    windowEnds: new Int32Array(rows),
    targets: output === 'classification' ? new Int32Array(rows) : new Float32Array(rows),
    weights: null,
    symbols: new Int32Array(rows),
  };
  let at = 0;
  let barsBefore = 0;
  symbols.forEach((one, symbol) => {
    for (const row of split.parts[symbol]![part]) {
      built.windowEnds[at] = barsBefore + one.windowEnds[row]!;
      built.targets[at] = one.targets[row]!;
      built.symbols[at] = symbol;
      at += 1;
    }
    barsBefore += one.features.length / normalisation.length;
  });
  return built;
}

/** Weights of the training rows, scaled to a mean of 1. */
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

/** Number of rows of each class, `[classes]`. */
export function countClasses(targets: Targets, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const target of targets) counts[target]! += 1;
  return counts;
}
