const MAGIC = 0x184d2204;
/** Values of a token's length that continue in the next bytes. */
const LONG = 15;
const LEAST_MATCH = 4;
/** Longer copies are faster as one call. */
const LONG_COPY = 32;

/**
 * Unpacks an LZ4 frame of `size` bytes, with blocks that refer to earlier ones. Checksums are not compared: the table's own lengths are.
 *
 * Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 *
 * @throws Error if it is damaged, or has another size
 */
export function unpackLz4Frame(frame: Uint8Array, size: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('this is no LZ4 frame');
  const flags = frame[4]!;
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4;
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  const output = new Uint8Array(size);
  let filled = 0;
  for (;;) {
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) break;
    const length = head & 0x7fff_ffff;
    const block = frame.subarray(at, at + length);
    if (block.length < length) throw new Error('the LZ4 frame is cut off');
    if (head > 0x7fff_ffff) {
      output.set(block, filled);
      filled += length;
    } else filled = unpackBlock(block, output, filled);
    at += length + blockChecksum;
  }
  if (filled !== size) throw new Error(`the LZ4 frame has ${filled} bytes instead of ${size}`);
  return output;
}

/** @returns the bytes of `output` that are filled afterwards */
function unpackBlock(block: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0;
  let filled = start;
  const longLength = (first: number): number => {
    let length = first;
    for (let byte = first === LONG ? 255 : 0; byte === 255; length += byte) byte = block[at++] ?? 0;
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = longLength(token >> 4);
    if (literals > block.length - at || literals > output.length - filled)
      throw new Error('an LZ4 block is longer than it should be');
    if (literals > LONG_COPY) output.set(block.subarray(at, at + literals), filled);
    else for (let byte = 0; byte < literals; byte++) output[filled + byte] = block[at + byte]!;
    at += literals;
    filled += literals;
    if (at >= block.length) break;
    const offset = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const length = longLength(token & LONG) + LEAST_MATCH;
    if (offset === 0 || offset > filled) throw new Error('an LZ4 block refers to bytes before its beginning');
    if (length > output.length - filled) throw new Error('an LZ4 block is longer than it should be');
    // the bytes to copy may be ones that this copy has just written
    if (length > LONG_COPY && offset >= length)
      output.copyWithin(filled, filled - offset, filled - offset + length);
    else for (let byte = filled; byte < filled + length; byte++) output[byte] = output[byte - offset]!;
    filled += length;
  }
  return filled;
}
