import { createSession, doubles } from './session.js';

/** Approximate number of input values for one call. */
const VALUES_AT_ONCE = 65_536;

/**
 * Computes the outputs of a stored `model.onnx` on the CPU with one thread.
 *
 * @param features `[rows, input width]`, not normalised
 * @param rows at least 1
 * @returns `[rows, outputs]`: logits, or the values of a regression
 */
export async function inferModel(
  model: Uint8Array,
  features: Float64Array,
  rows: number,
): Promise<Float32Array> {
  const session = await createSession(model, 'onnx');
  const width = features.length / rows;
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / width));
  const parts: Float32Array[] = [];
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const end = Math.min(rows, start + rowsAtOnce);
    const batch = doubles(features.subarray(start * width, end * width), [end - start, width]);
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
