/** State of a random stream: four 32-bit words, as JSON. */
export type RandomState = [number, number, number, number];

/**
 * Seeded random numbers: xoshiro128** 1.1 (Blackman and Vigna 2018). The same seed and name give the same numbers on every
 * machine. `state` and `fromState` save and restore a stream.
 */
export class RandomStream {
  private readonly words: Int32Array;

  private constructor(words: Int32Array) {
    this.words = words;
  }

  /**
   * Creates an independent stream for one purpose. `index` distinguishes streams of one purpose, for example the epoch.
   * splitmix32 derives the state from a hash (FNV-1a) of seed, name and index.
   *
   * @throws RangeError for an invalid seed
   */
  static derive(seed: number, name: string, index = 0): RandomStream {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`The seed must be a whole number from 0 to 2^53 - 1, not ${seed}.`);
    }
    let hash = 0x811c9dc5;
    const mix = (value: number): void => {
      for (let shift = 0; shift < 32; shift += 8)
        hash = Math.imul(hash ^ ((value >>> shift) & 0xff), 0x01000193);
    };
    mix(seed % 2 ** 32);
    mix(Math.floor(seed / 2 ** 32));
    for (let i = 0; i < name.length; i += 1) mix(name.charCodeAt(i));
    mix(index);
    const words = new Int32Array(4);
    for (let i = 0; i < 4; i += 1) {
      hash = (hash + 0x9e3779b9) | 0;
      let word = hash;
      word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      words[i] = word ^ (word >>> 15);
    }
    // A state of zeros gives zeros forever.
    if (words.every((word) => word === 0)) words[0] = 1;
    return new RandomStream(words);
  }

  static fromState(state: RandomState): RandomStream {
    return new RandomStream(Int32Array.from(state));
  }

  get state(): RandomState {
    return [this.words[0]!, this.words[1]!, this.words[2]!, this.words[3]!];
  }

  /** 0 <= n < 2^32 */
  nextUint32(): number {
    const words = this.words;
    const s0 = words[0]!;
    const s1 = words[1]!;
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const s2 = words[2]! ^ s0;
    const s3 = words[3]! ^ s1;
    words[1] = s1 ^ s2;
    words[0] = s0 ^ s3;
    words[2] = s2 ^ (s1 << 9);
    words[3] = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  }

  /** 0 <= x < 1, 53 random bits. */
  uniform(): number {
    const high = this.nextUint32() >>> 11;
    return (high * 2 ** 32 + this.nextUint32()) * 2 ** -53;
  }

  /** Shuffles the values in place (Fisher and Yates). */
  shuffle(values: Int32Array): void {
    for (let last = values.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.uniform() * (last + 1));
      const value = values[last]!;
      values[last] = values[other]!;
      values[other] = value;
    }
  }

  /**
   * Fills a dropout mask: 0 with probability `rate`, otherwise 1 / (1 - rate), so that the mean stays 1. `rate` is rounded to steps
   * of 1 / 65536, because one draw decides two values: every batch needs new masks.
   */
  fillDropoutMask(mask: Float32Array, rate: number): void {
    const dropBelow = Math.min(Math.round(rate * 65536), 65535);
    const kept = new Int32Array(Float32Array.of(65536 / (65536 - dropBelow)).buffer)[0]!;
    // Integers, because the bits of a dropped value are all 0: `kept & m` is `kept` or 0, without a branch or a table.
    const bits = new Int32Array(mask.buffer, mask.byteOffset, mask.length);
    const last = dropBelow - 1;
    const words = this.words;
    let s0 = words[0]!;
    let s1 = words[1]!;
    let s2 = words[2]!;
    let s3 = words[3]!;
    const pairs = bits.length & ~1;
    for (let i = 0; i < pairs; i += 2) {
      // nextUint32 inlined: it is most of the cost.
      const product = Math.imul(s1, 5);
      const draw = Math.imul((product << 7) | (product >>> 25), 9);
      s2 ^= s0;
      s3 ^= s1;
      const shifted = s1 << 9;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
      // The difference is negative, and the shift gives ones only, if the half word is not below the threshold.
      bits[i] = kept & ((last - (draw & 0xffff)) >> 31);
      bits[i + 1] = kept & ((last - (draw >>> 16)) >> 31);
    }
    words[0] = s0;
    words[1] = s1;
    words[2] = s2;
    words[3] = s3;
    if (pairs < bits.length) bits[pairs] = kept & ((last - (this.nextUint32() & 0xffff)) >> 31);
  }
}
