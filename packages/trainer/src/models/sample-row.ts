import type { PreparedData } from '../data/prepare-data.js';
import { inputWidth, type ModelSpec } from '../network/model-spec.js';

/** One row as `model.onnx` takes it. */
export interface SampleRow {
  symbol: string;
  /** Open time of the row's bar, ms UTC. */
  time: number;
  /** `[input width]`, not normalised, the oldest bar of a window first. */
  input: Float64Array;
}

/** The newest test row of the first symbol that has any. */
export function sampleRow(
  { dataset, split }: Pick<PreparedData, 'dataset' | 'split'>,
  spec: ModelSpec,
): SampleRow {
  const index = split.parts.findIndex(({ test }) => test.length > 0);
  const { symbol, time, features, windowEnds } = dataset.symbols[index]!;
  const row = split.parts[index]!.test.at(-1)!;
  const end = (windowEnds[row]! + 1) * spec.inputs;
  return {
    symbol,
    time: time[row]!,
    input: Float64Array.from(features.subarray(end - inputWidth(spec), end)),
  };
}
