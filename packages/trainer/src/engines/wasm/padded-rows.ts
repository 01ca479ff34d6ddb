import type { ParameterTensor } from '../../network/model-spec.js';

/** Numbers in a vector of the processor. */
const VECTOR = 4;

/** The next multiple of a vector's length. */
export function paddedLength(length: number): number {
  return Math.ceil(length / VECTOR) * VECTOR;
}

/** Length of a flat vector whose rows are padded. */
export function paddedCount(layout: readonly ParameterTensor[]): number {
  return layout.reduce(
    (sum, { size, shape }) => sum + (size / shape.at(-1)!) * paddedLength(shape.at(-1)!),
    0,
  );
}

/** Copies a flat parameter vector; each row of a tensor is padded with 0. */
export function padRows(layout: readonly ParameterTensor[], flat: Float32Array, to: Float32Array): void {
  to.fill(0);
  eachRow(layout, (offset, paddedOffset, length) => {
    to.set(flat.subarray(offset, offset + length), paddedOffset);
  });
}

/** Copies a vector of `padRows` without the padding. */
export function unpadRows(layout: readonly ParameterTensor[], from: Float32Array): Float32Array {
  const flat = new Float32Array(layout.reduce((sum, { size }) => sum + size, 0));
  eachRow(layout, (offset, paddedOffset, length) => {
    flat.set(from.subarray(paddedOffset, paddedOffset + length), offset);
  });
  return flat;
}

function eachRow(
  layout: readonly ParameterTensor[],
  copy: (offset: number, paddedOffset: number, length: number) => void,
): void {
  let paddedOffset = 0;
  for (const { offset, size, shape } of layout) {
    const length = shape.at(-1)!;
    for (let row = 0; row < size; row += length) {
      copy(offset + row, paddedOffset, length);
      paddedOffset += paddedLength(length);
    }
  }
}
