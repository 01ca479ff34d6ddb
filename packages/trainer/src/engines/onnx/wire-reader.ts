/** Kinds of fields in the protobuf encoding. Groups, which nothing writes any more, have other numbers. */
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/** A number of fixed length, which is not decoded. */
export interface FixedNumber {
  /** Its length. */
  fixedBytes: 4 | 8;
}

/** A varint, a number of fixed length, or the bytes of a text, a message or a packed list. */
export type WireValue = number | FixedNumber | Uint8Array;

/** What is to be done with each field of a message. Fields of other numbers are refused. */
export type FieldReaders = Record<number, (value: WireValue) => void>;

interface Cursor {
  bytes: Uint8Array;
  at: number;
}

/**
 * Reads protobuf messages without copying or decoding what they hold. The cost depends on the number of their fields, which is
 * bounded, and not on the lengths that they claim.
 */
export class WireReader {
  /** @param fields of all messages together */
  constructor(private fields: number) {}

  /**
   * Reads the fields of one message.
   *
   * @param what the message, for errors
   * @throws Error whose message continues a sentence that begins with the file
   */
  message(bytes: Uint8Array, what: string, readers: FieldReaders): void {
    const cursor = { bytes, at: 0 };
    while (cursor.at < bytes.length) {
      this.count();
      const tag = readVarint(cursor);
      const field = Math.floor(tag / 8);
      const reader = readers[field];
      if (reader === undefined) throw new Error(`has field ${field} in ${what}, which no model of ktrdr has`);
      reader(readValue(cursor, tag % 8));
    }
  }

  /** Whole numbers, packed or a single one. @throws Error */
  integers(value: WireValue): number[] {
    if (typeof value === 'number') return [asInteger(value)];
    const bytes = asBytes(value);
    const cursor = { bytes, at: 0 };
    const values: number[] = [];
    while (cursor.at < bytes.length) {
      this.count();
      values.push(asInteger(readVarint(cursor)));
    }
    return values;
  }

  private count(): void {
    this.fields -= 1;
    if (this.fields < 0) throw new Error('has more parts than any model of ktrdr');
  }
}

/** @throws Error if the field is not a message or text */
export function asBytes(value: WireValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw broken();
  return value;
}

/** Length of numbers in their fixed form, one or a packed list. @throws Error if the field is a varint */
export function fixedLengthOf(value: WireValue): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'number') throw broken();
  return value.fixedBytes;
}

/** @throws Error if the field is not a whole number below 2^53 */
export function asInteger(value: WireValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw broken();
}

function readValue(cursor: Cursor, kind: number): WireValue {
  switch (kind) {
    case VARINT:
      return readVarint(cursor);
    case BYTES:
      return take(cursor, readVarint(cursor));
    case FIXED64:
      take(cursor, 8);
      return { fixedBytes: 8 };
    case FIXED32:
      take(cursor, 4);
      return { fixedBytes: 4 };
    default:
      throw broken();
  }
}

function take(cursor: Cursor, length: number): Uint8Array {
  if (!(length >= 0 && length <= cursor.bytes.length - cursor.at)) throw broken();
  return cursor.bytes.subarray(cursor.at, (cursor.at += length));
}

/** A signed number of 64 bits, in two halves: above 2^53 it is rounded. */
function readVarint(cursor: Cursor): number {
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw broken();
    cursor.at += 1;
    const bits = byte & 127;
    if (shift < 32) low |= bits << shift;
    if (shift > 28) high |= bits << (shift - 32);
    else if (shift === 28) high |= bits >>> 4;
    if (byte < 128) return high * 2 ** 32 + (low >>> 0);
  }
  throw broken();
}

function broken(): Error {
  return new Error('is not an ONNX file: its encoding is broken');
}
