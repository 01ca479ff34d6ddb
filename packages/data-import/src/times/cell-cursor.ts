import { meaningOf } from './time-words.js';

export const ZERO = 48;
export const SPACE = 32;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const POINT = 46;
export const SLASH = 47;
export const COLON = 58;

/** A place in a cell: reads its digits and words, and skips what stands between them. */
export class CellCursor {
  protected bytes: Uint8Array = new Uint8Array();
  protected at = 0;
  protected to = 0;
  /** The last number, and its digits. */
  protected value = 0;
  protected digits = 0;
  private readonly words = new Map<number, { bytes: Uint8Array; meaning: number }>();

  protected readNumber(): void {
    let value = 0;
    const start = this.at;
    while (this.at < this.to) {
      const digit = this.bytes[this.at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      this.at++;
    }
    this.value = value;
    this.digits = this.at - start;
  }

  /** @returns what the word at this place means; 0: nothing */
  protected readWord(): number {
    const { bytes } = this;
    const start = this.at;
    let hash = 0;
    while (this.at < this.to) {
      const byte = bytes[this.at]!;
      if (!isLetter(byte) && byte !== POINT && byte !== 39) break;
      if (byte > 127 && this.spaceAt(this.at) > 0) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
      this.at++;
    }
    const known = this.words.get(hash);
    if (known !== undefined && sameBytes(known.bytes, bytes, start, this.at)) return known.meaning;
    const meaning = this.at - start > 40 ? 0 : meaningOf(this.text(start, this.at));
    if (this.words.size < 1000) this.words.set(hash, { bytes: bytes.slice(start, this.at), meaning });
    return meaning;
  }

  protected skipOrdinal(): void {
    const { bytes, at, to } = this;
    if (at + 2 > to) return;
    const pair = ((bytes[at]! | 32) << 8) | (bytes[at + 1]! | 32);
    // st, nd, rd, th
    if (pair === 0x7374 || pair === 0x6e64 || pair === 0x7264 || pair === 0x7468) this.at += 2;
  }

  protected skipDe(): void {
    const { bytes, at, to } = this;
    if (
      at + 3 <= to &&
      (bytes[at]! | 32) === 100 &&
      (bytes[at + 1]! | 32) === 101 &&
      bytes[at + 2] === SPACE
    ) {
      this.at += 3;
      this.skipSpaces();
    }
  }

  /** Skips spaces and the signs that stand between the parts of a date. */
  protected skipSigns(): void {
    while (this.at < this.to) {
      const byte = this.bytes[this.at]!;
      const space = this.spaceAt(this.at);
      if (space > 0) this.at += space;
      else if (byte === COMMA || byte === POINT || byte === MINUS || byte === SLASH) this.at++;
      else return;
    }
  }

  protected skipSpaces(): boolean {
    const start = this.at;
    while (this.at < this.to) {
      const space = this.spaceAt(this.at);
      if (space === 0) break;
      this.at += space;
    }
    return this.at > start;
  }

  /** Bytes of the space at a place: 0 if there is none. No-break spaces stand before AM and PM in many exports. */
  protected spaceAt(at: number): number {
    const byte = this.bytes[at]!;
    if (byte <= SPACE) return 1;
    if (byte === 0xc2) return at + 1 < this.to && this.bytes[at + 1] === 0xa0 ? 2 : 0;
    if (byte !== 0xe2 || at + 2 >= this.to || this.bytes[at + 1] !== 0x80) return 0;
    return this.bytes[at + 2] === 0xaf || this.bytes[at + 2] === 0x89 ? 3 : 0;
  }

  protected text(from: number, to: number): string {
    const { bytes } = this;
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
  }
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

export function isLetter(byte: number): boolean {
  const small = byte | 32;
  return (small >= 97 && small <= 122) || byte >= 128;
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[from + index]) return false;
  return true;
}
