/** log2 of the number of bars in a block, and of blocks in a block of the next level: 8. */
const SHIFT = 3;
const FAN = 1 << SHIFT;

/**
 * Finds the first bar that leaves a price band, in O(log horizon) steps. The highest high and lowest low are known for
 * every 8 bars, every 64, and so on, so whole blocks inside the band are skipped. A band that is left within a few bars
 * costs no more than a linear search.
 */
export class BarrierSearch {
  /** For each level: high and low of each block, interleaved. */
  private readonly levels: Float64Array[] = [];

  /** @param horizon maximum number of bars that a search looks ahead */
  constructor(
    private readonly high: Float64Array,
    private readonly low: Float64Array,
    horizon: number,
  ) {
    let level = blocksOfBars(high, low);
    this.levels.push(level);
    for (let span = FAN * FAN; span <= horizon && level.length > 2; span *= FAN) {
      level = blocksOfBlocks(level);
      this.levels.push(level);
    }
  }

  /** First bar in `from..to` whose high reaches `upper` or whose low reaches `lower`; `to + 1` if there is none. */
  firstTouch(from: number, to: number, upper: number, lower: number): number {
    const { high, low } = this;
    const edge = Math.min(to + 1, nextMultiple(from));
    let bar = from;
    while (bar < edge && low[bar]! > lower && high[bar]! < upper) bar++;
    if (bar < edge || bar > to) return bar;
    bar = this.firstBlock(bar, to, upper, lower);
    while (bar <= to && low[bar]! > lower && high[bar]! < upper) bar++;
    return bar;
  }

  /**
   * First bar of the first block of 8 that leaves the band; a value above `to` if there is none. `from` must begin a
   * block.
   */
  private firstBlock(from: number, to: number, upper: number, lower: number): number {
    let height = 0;
    let block = from >> SHIFT;
    for (;;) {
      let blocks = this.levels[height]!;
      const last = to >> (SHIFT * (height + 1));
      const edge = height + 1 < this.levels.length ? Math.min(last + 1, nextMultiple(block)) : last + 1;
      while (block < edge && blocks[2 * block + 1]! > lower && blocks[2 * block]! < upper) block++;
      if (block > last) return to + 1;
      if (block < edge) {
        while (height > 0) {
          height -= 1;
          blocks = this.levels[height]!;
          block <<= SHIFT;
          while (blocks[2 * block + 1]! > lower && blocks[2 * block]! < upper) block++;
        }
        return block << SHIFT;
      }
      height += 1;
      block >>= SHIFT;
    }
  }
}

function nextMultiple(index: number): number {
  return ((index + FAN - 1) >> SHIFT) << SHIFT;
}

function blocksOfBars(high: Float64Array, low: Float64Array): Float64Array {
  const blocks = new Float64Array(2 * Math.ceil(high.length / FAN));
  for (let block = 0; 2 * block < blocks.length; block++) {
    let [highest, lowest] = [-Infinity, Infinity];
    const end = Math.min(high.length, (block + 1) << SHIFT);
    for (let bar = block << SHIFT; bar < end; bar++) {
      if (high[bar]! > highest) highest = high[bar]!;
      if (low[bar]! < lowest) lowest = low[bar]!;
    }
    blocks[2 * block] = highest;
    blocks[2 * block + 1] = lowest;
  }
  return blocks;
}

function blocksOfBlocks(below: Float64Array): Float64Array {
  const count = below.length / 2;
  const blocks = new Float64Array(2 * Math.ceil(count / FAN));
  for (let block = 0; 2 * block < blocks.length; block++) {
    let [highest, lowest] = [-Infinity, Infinity];
    const end = Math.min(count, (block + 1) << SHIFT);
    for (let part = block << SHIFT; part < end; part++) {
      if (below[2 * part]! > highest) highest = below[2 * part]!;
      if (below[2 * part + 1]! < lowest) lowest = below[2 * part + 1]!;
    }
    blocks[2 * block] = highest;
    blocks[2 * block + 1] = lowest;
  }
  return blocks;
}
