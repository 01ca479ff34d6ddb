import { createSession, doubles } from './session.js';

/** Approximate number of input values for one call. */
const VALUES_AT_ONCE = 65_536;

/** The input of a model, in parts. */
export interface ModelInput {
  /** At least 1. */
  rows: number;
  /** Values of one row: window x features. */
  width: number;
  /** `[to - from, width]`, not normalised: the rows `from` to `to`, `to` excluded. */
  part: (from: number, to: number) => Float64Array;
}

/** An input that is in memory. @param features `[rows, width]`, not normalised */
export function inputOf(features: Float64Array, rows: number): ModelInput {
  const width = features.length / rows;
  return { rows, width, part: (from, to) => features.subarray(from * width, to * width) };
}

/**
 * Computes the outputs of a stored `model.onnx` on the CPU with one thread.
 *
 * @returns `[rows, outputs]`: logits, or the values of a regression
 */
export async function inferModel(
  model: Uint8Array,
  { rows, width, part }: ModelInput,
): Promise<Float32Array> {
  const session = await createSession(model, 'onnx');
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / width));
  const parts: Float32Array[] = [];
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const end = Math.min(rows, start + rowsAtOnce);
    const batch = doubles(part(start, end), [end - start, width]);
    const { outputs } = await session.run({ features: batch });
    parts.push(outputs!.data as Float32Array);
  }
  await session.release();
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
