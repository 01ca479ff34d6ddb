const STOP = 0;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;
/** A varint of 64 bits. */
const MOST_VARINT_BYTES = 10;
const MOST_DEPTH = 16;
/** Names and statistics are shorter: a decimal number of many bytes takes minutes to convert. */
const MOST_BINARY = 2 ** 14;
const KEY_VALUES = 5;

/**
 * Walks over a struct in Thrift's compact protocol without building any value. The reader allocates memory for as many elements as a list
 * names, so a damaged length could fill the memory.
 *
 * @param isFooter the key-value pairs of a footer may be long: one of them is the whole schema of Arrow
 * @returns offset after the struct
 * @throws Error if a length leads out of the bytes
 */
export function checkThrift(bytes: Uint8Array, offset: number, isFooter = false): number {
  let at = offset;
  const byte = (): number => {
    if (at >= bytes.length) throw new Error('a description is cut off');
    return bytes[at++]!;
  };
  const varint = (): number => {
    let value = 0;
    for (let place = 0; place < MOST_VARINT_BYTES; place++) {
      const part = byte();
      value += (part & 0x7f) * 2 ** (7 * place);
      if (part < 0x80) return value;
    }
    throw new Error('a number in a description has no end');
  };
  const skip = (bytesToSkip: number): void => {
    if (bytesToSkip > bytes.length - at) throw new Error('a length in a description is too large');
    at += bytesToSkip;
  };
  const list = (depth: number, mostBinary: number): void => {
    const head = byte();
    const size = head >> 4 === 15 ? varint() : head >> 4;
    // an element has at least one byte
    if (size > bytes.length - at) throw new Error('a list in a description is too long');
    const type = head & 0x0f;
    for (let element = 0; element < size; element++) value(type < BYTE ? BYTE : type, depth, mostBinary);
  };
  const value = (type: number, depth: number, mostBinary: number): void => {
    if (type === BYTE) skip(1);
    else if (type > BYTE && type <= I64) varint();
    else if (type === DOUBLE) skip(8);
    else if (type === BINARY) {
      const length = varint();
      if (length > mostBinary) throw new Error(`a text in a description has ${length} bytes`);
      skip(length);
    } else if (type === LIST) list(depth + 1, mostBinary);
    else if (type === STRUCT) struct(depth + 1, mostBinary);
    else if (type > BYTE) throw new Error('a description has an unknown type');
  };
  const struct = (depth: number, mostBinary: number): void => {
    if (depth > MOST_DEPTH) throw new Error('a description is nested too deep');
    let field = 0;
    for (let head = byte(); (head & 0x0f) !== STOP; head = byte()) {
      if (head >> 4 !== 0) field += head >> 4;
      else field = varint() / 2;
      const isLong = isFooter && depth === 0 && field === KEY_VALUES;
      value(head & 0x0f, depth, isLong ? bytes.length : mostBinary);
    }
  };
  struct(0, MOST_BINARY);
  return at;
}
