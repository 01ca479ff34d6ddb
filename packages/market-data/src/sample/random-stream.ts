import { createHash } from 'node:crypto';

const { floor, log, sqrt } = Math;
const WARM_UP_ROUNDS = 12;

/** Four 32-bit words that seed a random stream. */
export type StreamKey = readonly [number, number, number, number];

/** Derives a key from a text. */
export function streamKey(text: string): StreamKey {
  const hash = createHash('sha256').update(text).digest();
  return [hash.readUInt32LE(0), hash.readUInt32LE(4), hash.readUInt32LE(8), hash.readUInt32LE(12)];
}

/**
 * A stream of random numbers determined by its key (sfc32 from Chris Doty-Humphrey's PractRand). It avoids
 * trigonometric functions, whose last bit differs between versions of Node.
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;
  private spareNormal: number | undefined;

  /** `index`: selects one of many streams for the same key. */
  constructor([a, b, c, d]: StreamKey, index = 0) {
    this.a = a | 0;
    this.b = b | 0;
    this.c = (c ^ index) | 0;
    this.counter = d | 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uniform();
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A uniform integer in [low, high]. */
  integer(low: number, high: number): number {
    return low + floor((high - low + 1) * this.uniform());
  }

  /** Normal, mean 0, standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    const spare = this.spareNormal;
    this.spareNormal = undefined;
    if (spare !== undefined) return spare;
    for (;;) {
      const x = this.between(-1, 1);
      const y = this.between(-1, 1);
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = sqrt((-2 * log(square)) / square);
      this.spareNormal = y * scale;
      return x * scale;
    }
  }
}
