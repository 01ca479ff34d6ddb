import type { RandomStream } from '@ktrdr/statistics';
import { Placements } from './placements.js';

/** Fewer groups keep their distances too. */
const LEAST_GROUPS = 10;

/** A position, in steps of the clock that all symbols share. */
export interface HeldSteps {
  /** Index of the symbol. */
  symbol: number;
  /** Step of its entry. */
  start: number;
  /** Step of its exit, above `start`. */
  end: number;
}

/** First and last step at which a symbol can hold a position. */
export interface StepRange {
  first: number;
  last: number;
}

/**
 * Random entries of positions in several symbols. Positions that overlap in time keep their distances and move together: the symbols'
 * returns are correlated, and a draw that separates their positions varies too little. Such groups are placed at random without overlap.
 * Then all of them turn by the same random number of steps: an entry that would lie after the last step follows the first one again. The
 * turn (a toroidal shift, Lotwick and Silverman 1982) alone gives an exact test if the bars' returns are independent of each other. Few
 * groups only turn: a new order of three long positions gave p-values of at most 0.05 in 6.2 % of 4,000 random walks, the turn in 5.3 %.
 */
export class JointEntries {
  /** `[positions]`: the step of each entry in the last draw. */
  readonly entry: Int32Array;
  /** `[positions]`: indices of positions in the order of time. */
  readonly order: Int32Array;
  /** `[groups + 1]`: where each group begins in `order`. */
  private readonly groups: Int32Array;
  /** `[groups]`: the step at which each began. */
  private readonly starts: Int32Array;
  /** `[positions]`, in the order of time: its symbol, and the steps from the first of the symbol's range to its entry. */
  private readonly symbol: Int32Array;
  private readonly offset: Int32Array;
  /** `[symbols]`: first step and number of steps of each range. */
  private readonly firsts: Int32Array;
  private readonly lengths: Int32Array;
  private readonly steps: number;
  /** `null` for few groups. */
  private readonly placements: Placements | null;

  /** @param ranges of each symbol */
  constructor(positions: readonly HeldSteps[], ranges: readonly StepRange[]) {
    this.entry = new Int32Array(positions.length);
    this.order = Int32Array.from(positions.keys()).sort((a, b) => positions[a]!.start - positions[b]!.start);
    const groups: number[] = [];
    const starts: number[] = [];
    const lengths: number[] = [];
    let end = -Infinity;
    this.order.forEach((position, i) => {
      const { start, end: own } = positions[position]!;
      if (start >= end) {
        groups.push(i);
        starts.push(start);
        end = start;
      }
      end = Math.max(end, own);
      lengths[groups.length - 1] = end - starts.at(-1)!;
    });
    const inOrder = Array.from(this.order, (position) => positions[position]!);
    this.symbol = Int32Array.from(inOrder, ({ symbol }) => symbol);
    this.offset = Int32Array.from(inOrder, ({ symbol, start }) => start - ranges[symbol]!.first);
    this.firsts = Int32Array.from(ranges, (range) => range.first);
    this.lengths = Int32Array.from(ranges, (range) => range.last - range.first + 1);
    this.groups = Int32Array.from([...groups, positions.length]);
    this.starts = Int32Array.from(starts);
    const first = Math.min(...ranges.map((range) => range.first));
    const last = Math.max(...ranges.map((range) => range.last));
    this.steps = last - first + 1;
    this.placements =
      starts.length < LEAST_GROUPS ? null : new Placements(Int32Array.from(lengths), this.steps);
  }

  /** Draws the next `entry`. A symbol with a shorter range turns within its own. */
  draw(random: RandomStream): void {
    const { placements, groups, starts, order, entry, symbol, offset, firsts, lengths } = this;
    placements?.draw(random);
    const turn = Math.floor(random.nextUint32() * 2 ** -32 * this.steps);
    for (let i = 0; i < starts.length; i += 1) {
      const group = placements === null ? i : placements.order[i]!;
      const shift = placements === null ? turn : placements.entry[i]! - starts[group]! + turn;
      for (let row = groups[group]!; row < groups[group + 1]!; row += 1) {
        const index = symbol[row]!;
        const length = lengths[index]!;
        const turned = (offset[row]! + shift) % length;
        entry[order[row]!] = firsts[index]! + (turned < 0 ? turned + length : turned);
      }
    }
  }
}
