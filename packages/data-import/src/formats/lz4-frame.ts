const MAGIC = 0x184d2204;
/** A frame that unpacks to more is not a column of bars. */
const MOST_BYTES = 2 ** 30;
/** Lengths of a token that go on in the next bytes. */
const LONG = 15;
const LEAST_MATCH = 4;

/**
 * Unpacks an LZ4 frame, with blocks that refer to earlier ones. Checksums are not compared: the table's own lengths are.
 *
 * Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 *
 * @throws Error if it is damaged
 */
export function unpackLz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('this is no LZ4 frame');
  const flags = frame[4]!;
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4;
  const most = 1 << (8 + 2 * ((frame[5]! >> 4) & 7));
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  const output = new Output();
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.bytes;
    const length = size & 0x7fff_ffff;
    const block = frame.subarray(at, at + length);
    if (block.length < length) throw new Error('the LZ4 frame is cut off');
    const end = output.length + most;
    if (size > 0x7fff_ffff) output.append(block);
    else unpackBlock(block, output, end);
    at += length + blockChecksum;
  }
}

function unpackBlock(block: Uint8Array, output: Output, end: number): void {
  let at = 0;
  const longLength = (start: number): number => {
    let length = start;
    for (let byte = start === LONG ? 255 : 0; byte === 255; length += byte) byte = block[at++] ?? 0;
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = longLength(token >> 4);
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return;
    const offset = block[at]! | (block[at + 1]! << 8);
    at += 2;
    output.repeat(offset, longLength(token & LONG) + LEAST_MATCH);
    if (output.length > end) throw new Error('an LZ4 block is longer than its frame allows');
  }
}

/** Bytes that grow. */
class Output {
  private all = new Uint8Array(1 << 16);
  length = 0;

  get bytes(): Uint8Array {
    return this.all.subarray(0, this.length);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.all.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends bytes from `offset` before the end; they may be ones that it has just written. */
  repeat(offset: number, length: number): void {
    if (offset === 0 || offset > this.length)
      throw new Error('an LZ4 block refers to bytes before its beginning');
    this.reserve(length);
    if (offset >= length) {
      this.all.copyWithin(this.length, this.length - offset, this.length - offset + length);
      this.length += length;
      return;
    }
    for (const end = this.length + length; this.length < end; this.length++)
      this.all[this.length] = this.all[this.length - offset]!;
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.all.length) return;
    if (needed > MOST_BYTES) throw new Error(`the LZ4 frame unpacks to more than ${MOST_BYTES} bytes`);
    const larger = new Uint8Array(Math.max(needed, 2 * this.all.length));
    larger.set(this.bytes);
    this.all = larger;
  }
}
