/** Values of a block in a delta encoding. Writers use 128. */
const MOST_BLOCK = 1 << 20;
const MOST_WIDTH = 32;
/** Values that a writer may add to fill its last run. */
const PADDING = 512;

/**
 * Walks over runs of the RLE and bit-packing hybrid. The reader repeats a value as often as a run says, whether or not there is room.
 *
 * @param width bits of a value
 * @param values that the runs must hold
 * @throws Error if a run holds more
 */
export function checkRuns(bytes: Uint8Array, width: number, values: number): void {
  if (width > MOST_WIDTH) throw new Error(`a page has values of ${width} bits`);
  let at = 0;
  for (let seen = 0; seen < values && at < bytes.length;) {
    const header = varintAt(bytes, at);
    at = header.end;
    const count = header.value >>> 1;
    if ((header.value & 1) === 0) {
      at += (width + 7) >> 3;
      seen += count;
      if (seen > values) throw new Error(`a run of a page has ${count} values`);
    } else {
      // the last group of eight may stand for fewer values, and its last bytes may be missing
      const needed = Math.ceil((Math.min(8 * count, values - seen) * width) / 8);
      if (8 * count >= values - seen + PADDING || needed > bytes.length - at)
        throw new Error(`a run of a page has ${8 * count} values`);
      at += count * width;
      seen += 8 * count;
    }
  }
}

/** True if the levels of a page are one run of ones: it has no empty cells. */
export function isOneRun(bytes: Uint8Array, values: number): boolean {
  const { value, end } = varintAt(bytes, 0);
  return (value & 1) === 0 && value >>> 1 === values && bytes[end] === 1;
}

/** Checks the beginning of values in a delta encoding: the reader allocates memory for as many parts of a block as it claims. */
export function checkDelta(bytes: Uint8Array): void {
  const block = varintAt(bytes, 0);
  const parts = varintAt(bytes, block.end);
  if (
    block.value <= 0 ||
    block.value > MOST_BLOCK ||
    parts.value <= 0 ||
    block.value % (8 * parts.value) !== 0
  )
    throw new Error('a page has blocks of a wrong size');
}

function varintAt(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start; at < start + 5 && at < bytes.length; at++) {
    value |= (bytes[at]! & 0x7f) << (7 * (at - start));
    if (bytes[at]! < 0x80) return { value, end: at + 1 };
  }
  throw new Error('a number in a page has no end');
}
