import { TIMEFRAME_MS } from '@ktrdr/contracts';
import type { Timeframe } from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';

/** A seeded random generator (mulberry32), 0 <= x < 1. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface RandomBarsOptions {
  length: number;
  seed: number;
  timeframe?: Timeframe;
  /** Open time of the first bar, ms UTC. */
  start?: number;
  /** Share of missing bars. */
  gaps?: number;
  /** Typical relative move per bar. */
  volatility?: number;
}

/** A random walk as bars, with occasional runs of equal closes. */
export function randomBars({
  length,
  seed,
  timeframe = '1h',
  start = Date.UTC(2024, 0, 1),
  gaps = 0,
  volatility = 0.01,
}: RandomBarsOptions): Bars {
  const random = seededRandom(seed);
  const bars = emptyBars(length, timeframe);
  let price = 100;
  let slot = 0;
  for (let t = 0; t < length; t++) {
    while (random() < gaps) slot += 1;
    const open = price;
    if (random() > 0.1) price *= Math.exp((random() - 0.5) * 2 * volatility);
    bars.time[t] = start + slot * TIMEFRAME_MS[timeframe];
    bars.open[t] = open;
    bars.close[t] = price;
    bars.high[t] = Math.max(open, price) * (1 + random() * volatility);
    bars.low[t] = Math.min(open, price) * (1 - random() * volatility);
    bars.volume[t] = Math.floor(random() * 1_000_000);
    slot += 1;
  }
  return bars;
}

/** Bars whose open, high, low and close equal the given closes. */
export function barsOfCloses(closes: readonly number[], timeframe: Timeframe = '1h'): Bars {
  const bars = emptyBars(closes.length, timeframe);
  for (const column of [bars.open, bars.high, bars.low, bars.close]) column.set(closes);
  closes.forEach((_, t) => (bars.time[t] = Date.UTC(2024, 0, 1) + t * TIMEFRAME_MS[timeframe]));
  return bars;
}

/** The first bars of a series. */
export function firstBars(bars: Bars, count: number): Bars {
  const columns = {
    time: bars.time,
    open: bars.open,
    high: bars.high,
    low: bars.low,
    close: bars.close,
    volume: bars.volume,
  };
  const cut = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column.slice(0, count)]),
  );
  return { ...bars, ...cut, length: Math.min(count, bars.length) };
}

function emptyBars(length: number, timeframe: Timeframe): Bars {
  const column = () => new Float64Array(length);
  return {
    symbol: 'TEST',
    timeframe,
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    length,
    synthetic: true,
    file: `TEST_${timeframe}.csv`,
  };
}

/** The same bars with a trading halt: in `from..to-1`, every price is the previous close and the volume is 0. */
export function withHalt(bars: Bars, from: number, to: number): Bars {
  const halted = firstBars(bars, bars.length);
  const price = halted.close[from - 1]!;
  for (const column of [halted.open, halted.high, halted.low, halted.close]) column.fill(price, from, to);
  halted.volume.fill(0, from, to);
  return halted;
}
