import type { RandomStream } from '@ktrdr/statistics';

/**
 * Random entries of positions that do not overlap. Every order of the positions and every way to spread the free bars before, between
 * and after them has the same chance.
 */
export class Placements {
  /** `[positions]`: indices of positions in the order of time. */
  readonly order: Int32Array;
  /** `[positions]`: the point at which each of `order` begins, from 0. */
  readonly entry: Int32Array;
  /** Free bars plus positions: the slots among which the positions are drawn. */
  private readonly slots: number;
  /** One bit for each slot. */
  private readonly taken: Int32Array;
  /** One bit for each word of `taken`: it may have bits. So a few positions among many bars need no look at every word. */
  private readonly used: Int32Array;

  /**
   * @param holding `[positions]`: bars for which each is held
   * @param bars that all of them share
   * @throws RangeError if they do not fit
   */
  constructor(
    private readonly holding: Int32Array,
    bars: number,
  ) {
    const positions = holding.length;
    const held = holding.reduce((sum, length) => sum + length, 0);
    if (held > bars) throw new RangeError(`Positions of ${held} bars do not fit into ${bars} bars.`);
    this.slots = bars - held + positions;
    this.order = Int32Array.from({ length: positions }, (_, i) => i);
    this.entry = new Int32Array(positions);
    this.taken = new Int32Array(Math.ceil(this.slots / 32));
    this.used = new Int32Array(Math.ceil(this.taken.length / 32));
  }

  /** Draws the next `order` and `entry`. */
  draw(random: RandomStream): void {
    const { order, slots, taken, used } = this;
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = below(random, last + 1);
      const position = order[last]!;
      order[last] = order[other]!;
      order[other] = position;
    }
    // The smaller of the two sets, positions or free bars, is drawn.
    const few = order.length * 2 <= slots;
    // `placeInOrder` has emptied both
    if (!few) {
      taken.fill(-1);
      used.fill(-1);
    }
    for (let missing = few ? order.length : slots - order.length; missing > 0;) {
      const slot = below(random, slots);
      const bit = 1 << (slot & 31);
      const word = slot >>> 5;
      if (((taken[word]! & bit) !== 0) === few) continue;
      taken[word]! ^= bit;
      used[word >>> 5]! |= 1 << (word & 31);
      missing -= 1;
    }
    this.placeInOrder();
  }

  /** Turns slots into points: a position takes one slot, but as many bars as it is held. Empties the slots. */
  private placeInOrder(): void {
    const { order, entry, holding, taken, used } = this;
    let placed = 0;
    let shift = 0;
    for (let group = 0; group < used.length; group += 1) {
      for (let words = used[group]!; words !== 0; words &= words - 1) {
        const word = group * 32 + lowestBit(words);
        for (let bits = taken[word]!; bits !== 0 && placed < order.length; bits &= bits - 1) {
          entry[placed] = word * 32 + lowestBit(bits) + shift;
          shift += holding[order[placed]!]! - 1;
          placed += 1;
        }
        taken[word] = 0;
      }
      used[group] = 0;
    }
  }
}

/** Index of the lowest bit that is set. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A whole number from 0 to `limit` - 1. */
function below(random: RandomStream, limit: number): number {
  return Math.floor(random.nextUint32() * 2 ** -32 * limit);
}
