import { describe, expect, test } from '@jest/globals';
import type { Bars } from '@ktrdr/market-data';

import { computeIndicator } from '../test/compute-indicator.js';
import type { ParameterValues } from '../test/compute-indicator.js';
import { expectClose } from '../test/expect-close.js';
import { randomBars, withHalt } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';

/*
 * Indicators that TA-Lib does not have, written out as their definitions say: every value from its own window, slow and
 * plain. A series is a function of the bar; NaN means that it has no value.
 */

type Series = (t: number) => number;
const { NaN: NONE } = Number;

/** The last n values, oldest first; `null` if there are fewer, or if one has no value. */
function last(series: Series, n: number, t: number): number[] | null {
  const values = Array.from({ length: n }, (_, i) => (t - n + 1 + i < 0 ? NONE : series(t - n + 1 + i)));
  return values.some(Number.isNaN) ? null : values;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function average(series: Series, n: number): Series {
  return (t) => {
    const values = last(series, n, t);
    return values === null ? NONE : mean(values);
  };
}

/** Exponential average that starts at the first value there is. */
function exponential(series: Series, n: number, length: number): Series {
  const averages: number[] = [];
  for (let t = 0; t < length; t++) {
    const before = averages[t - 1] ?? NONE;
    averages.push(Number.isNaN(before) ? series(t) : (series(t) * 2 + before * (n - 1)) / (n + 1));
  }
  return (t) => averages[t]!;
}

const from =
  (first: number, series: Series): Series =>
  (t) =>
    t < first ? NONE : series(t);
const highest = ({ high }: Bars, n: number, t: number) => Math.max(...last((i) => high[i]!, n, t)!);
const lowest = ({ low }: Bars, n: number, t: number) => Math.min(...last((i) => low[i]!, n, t)!);
const typical =
  ({ high, low, close }: Bars): Series =>
  (t) =>
    (high[t]! + low[t]! + close[t]!) / 3;

function trueRange({ high, low, close }: Bars): Series {
  return (t) => {
    const reach = [high[t]!, low[t]!, ...(t > 0 ? [close[t - 1]!] : [])];
    return Math.max(...reach) - Math.min(...reach);
  };
}

function keltner(bars: Bars, n: number, atr: number, multiplier: number): Series[] {
  const first = Math.max(n, atr) - 1;
  const middle = exponential((t) => bars.close[t]!, n, bars.length);
  const range = average(trueRange(bars), atr);
  return [1, 0, -1].map((side) => from(first, (t) => middle(t) + side * multiplier * range(t)));
}

function bands(values: Float64Array, n: number, multiplier: number): Series[] {
  return [1, 0, -1].map((side): Series => (t) => {
    const window = last((i) => values[i]!, n, t);
    if (window === null) return NONE;
    const middle = mean(window);
    return middle + side * multiplier * Math.sqrt(mean(window.map((value) => (value - middle) ** 2)));
  });
}

function squeeze(bars: Bars, bb: number, kc: number, bbMultiplier: number, kcMultiplier: number): Series {
  const [bandUpper, , bandLower] = bands(bars.close, bb, bbMultiplier);
  const [upper, , lower] = keltner(bars, kc, 10, kcMultiplier);
  return from(Math.max(bb, kc, 10) - 1, (t) => {
    const width = upper!(t) - lower!(t);
    const above = upper!(t) - bandUpper!(t);
    const below = bandLower!(t) - lower!(t);
    return width < 1e-12 * upper!(t) || above < 0 || below < 0 ? 0 : Math.min(above, below) / width;
  });
}

/** Wilder's average, which starts with the mean of the first n values. */
function wilder(series: Series, n: number, length: number): Series {
  const averages: number[] = [];
  for (let t = 0; t < length; t++) {
    const before = averages[t - 1] ?? NONE;
    averages.push(Number.isNaN(before) ? average(series, n)(t) : before + (series(t) - before) / n);
  }
  return (t) => averages[t]!;
}

function supertrend(bars: Bars, n: number, multiplier: number, simple: boolean): Series[] {
  const ranges = trueRange(bars);
  const range = simple ? average(ranges, n) : wilder(ranges, n, bars.length);
  const basic = (t: number, side: number) =>
    (bars.high[t]! + bars.low[t]!) / 2 + side * multiplier * range(t);
  const state: { upper: number; lower: number; direction: number }[] = [];
  for (let t = n - 1; t < bars.length; t++) {
    const close = bars.close[t]!;
    const [upper, lower] = [basic(t, 1), basic(t, -1)];
    const before = state.at(-1);
    if (before === undefined) {
      state.push({ upper, lower, direction: close <= lower ? -1 : 1 });
      continue;
    }
    const closeBefore = bars.close[t - 1]!;
    const now = {
      upper: closeBefore > before.upper ? upper : Math.min(upper, before.upper),
      lower: closeBefore < before.lower ? lower : Math.max(lower, before.lower),
      direction: before.direction,
    };
    if (upper - lower > 1e-12 * upper) {
      if (before.direction === 1 && close <= now.lower) now.direction = -1;
      if (before.direction === -1 && close >= now.upper) now.direction = 1;
    }
    state.push(now);
  }
  const at = (t: number) => state[t - n + 1];
  return [
    (t) => (at(t)?.direction === 1 ? at(t)?.lower : at(t)?.upper) ?? NONE,
    (t) => at(t)?.direction ?? NONE,
  ];
}

function rvi({ open, high, low, close }: Bars, n: number, s: number): Series[] {
  const weighted =
    (series: Series): Series =>
    (t) => {
      const four = last(series, 4, t);
      return four === null ? NONE : (four[0]! + 2 * four[1]! + 2 * four[2]! + four[3]!) / 6;
    };
  const moves = average(
    weighted((t) => close[t]! - open[t]!),
    n,
  );
  const ranges = average(
    weighted((t) => high[t]! - low[t]!),
    n,
  );
  const index: Series = (t) => (ranges(t) === 0 ? 0 : moves(t) / ranges(t));
  const weights = Array.from({ length: s }, (_, i) => Math.min(i + 1, s - i));
  const signal: Series = (t) => {
    const values = last(index, s, t);
    return values === null ? NONE : sum(values.map((value, i) => weights[i]! * value)) / sum(weights);
  };
  return [index, signal];
}

function fisher(bars: Bars, n: number, smoothing: number): Series[] {
  const transformed = from(n - 1, (t) => {
    const [top, bottom] = [highest(bars, n, t), lowest(bars, n, t)];
    const middle = (bars.high[t]! + bars.low[t]!) / 2;
    const x = top === bottom ? 0 : (2 * (middle - bottom)) / (top - bottom) - 1;
    return Math.atanh(Math.max(-0.999, Math.min(0.999, x)));
  });
  const smooth = exponential(transformed, smoothing, bars.length);
  return [smooth, (t) => (t === 0 ? NONE : smooth(t - 1))];
}

function vwap({ volume }: Bars, price: Series, n: number): Series {
  return (t) => {
    const count = n === 0 ? t + 1 : n;
    const volumes = last((i) => volume[i]!, count, t);
    if (volumes === null || sum(volumes) === 0) return NONE;
    return sum(last((i) => price(i) * volume[i]!, count, t)!) / sum(volumes);
  };
}

const multiplierOf =
  ({ high, low, close }: Bars): Series =>
  (t) =>
    high[t] === low[t] ? 0 : (2 * close[t]! - low[t]! - high[t]!) / (high[t]! - low[t]!);

function cmf(bars: Bars, n: number): Series[] {
  const multiplier = multiplierOf(bars);
  const flow: Series = (t) => multiplier(t) * bars.volume[t]!;
  const ratio: Series = (t) => {
    const volumes = last((i) => bars.volume[i]!, n, t);
    if (volumes === null) return NONE;
    return sum(volumes) === 0 ? 0 : sum(last(flow, n, t)!) / sum(volumes);
  };
  const signal = exponential(ratio, 9, bars.length);
  return [
    ratio,
    multiplier,
    flow,
    from(n + 4, (t) => ratio(t) - ratio(t - 5)),
    signal,
    (t) => ratio(t) - signal(t),
    from(n - 1, (t) => Number(ratio(t) > 0)),
    from(n - 1, (t) => Number(ratio(t) < 0)),
  ];
}

/** @param smoothing bars of the simple average, 1 for none */
function adLine(bars: Bars, smoothing: number): Series[] {
  const multiplier = multiplierOf(bars);
  const flow: Series = (t) => multiplier(t) * bars.volume[t]!;
  const running: number[] = [];
  for (let t = 0; t < bars.length; t++) running.push((running[t - 1] ?? 0) + flow(t));
  const line = average((t) => running[t]!, smoothing);
  const older = (t: number, n: number) => (t < n ? NONE : line(t - n));
  return [
    line,
    multiplier,
    flow,
    (t) => (older(t, 10) === 0 ? 0 : 100 * (line(t) / older(t, 10) - 1)),
    (t) => line(t) - older(t, 21),
    (t) => {
      const count = Math.min(50, t - smoothing + 2);
      if (count < 20) return NONE;
      const strength = mean(last(line, count, t)!);
      return strength === 0 ? 0 : 100 * (line(t) / strength - 1);
    },
  ];
}

function volumeRatio({ volume }: Bars, n: number): Series {
  const usual = average((t) => volume[t]!, n);
  return (t) => (usual(t) === 0 ? 1 : volume[t]! / usual(t));
}

const CASES: [
  type: string,
  parameters: ParameterValues,
  expected: (bars: Bars) => Series[],
  scale: number,
][] = [
  ['keltnerchannels', {}, (bars) => keltner(bars, 20, 10, 2), 1],
  ['keltnerchannels', { period: 5, atr_period: 40, multiplier: 0.7 }, (bars) => keltner(bars, 5, 40, 0.7), 1],
  ['supertrend', {}, (bars) => supertrend(bars, 10, 3, false), 1],
  ['supertrend', { period: 2, multiplier: 0.5 }, (bars) => supertrend(bars, 2, 0.5, false), 1],
  ['supertrend', { average: 'simple' }, (bars) => supertrend(bars, 10, 3, true), 1],
  ['squeezeintensity', {}, (bars) => [squeeze(bars, 20, 20, 2, 2)], 1],
  [
    'squeezeintensity',
    { bb_period: 4, kc_period: 3, bb_multiplier: 1, kc_multiplier: 3 },
    (bars) => [squeeze(bars, 4, 3, 1, 3)],
    1,
  ],
  ['rvi', {}, (bars) => rvi(bars, 10, 4), 1],
  ['rvi', { period: 4, signal_period: 1 }, (bars) => rvi(bars, 4, 1), 1],
  ['rvi', { period: 7, signal_period: 5 }, (bars) => rvi(bars, 7, 5), 1],
  ['fishertransform', {}, (bars) => fisher(bars, 10, 3), 1],
  ['fishertransform', { period: 2, smoothing: 1 }, (bars) => fisher(bars, 2, 1), 1],
  ['vwap', {}, (bars) => [vwap(bars, typical(bars), 20)], 0],
  ['vwap', { period: 0 }, (bars) => [vwap(bars, typical(bars), 0)], 0],
  ['vwap', { period: 1, use_typical_price: false }, (bars) => [vwap(bars, (t) => bars.close[t]!, 1)], 0],
  ['cmf', {}, (bars) => cmf(bars, 21), 1],
  ['cmf', { period: 2 }, (bars) => cmf(bars, 2), 1],
  ['adline', {}, (bars) => adLine(bars, 1), 1e3],
  ['adline', { use_sma_smoothing: true, smoothing_period: 7 }, (bars) => adLine(bars, 7), 1e3],
  ['volumeratio', { period: 5 }, (bars) => [volumeRatio(bars, 5)], 1],
  ['zigzag', {}, ({ close }) => [turningPoints(close, 0.05)], 0],
  ['zigzag', { threshold: 0.01, source: 'high' }, ({ high }) => [turningPoints(high, 0.01)], 0],
];

/** A turning point is the first extreme between two confirmations. An opposite move by the threshold confirms it. */
function turningPoints(prices: Float64Array, threshold: number): Series {
  const series = [...prices];
  const turns = new Map<number, number>();
  const moved = (t: number, base: number) => series[t]! / base - 1;
  let known = series.findIndex((_, t) => Math.abs(moved(t, series[0]!)) >= threshold);
  if (known > 0) turns.set(0, series[0]!);
  let rising = moved(known, series[0]!) > 0;
  while (known > 0) {
    const extreme = (t: number) => (rising ? Math.max : Math.min)(...series.slice(known, t));
    const next = series.findIndex(
      (_, t) => t > known && (rising ? -moved(t, extreme(t)) : moved(t, extreme(t))) >= threshold,
    );
    if (next > 0) turns.set(series.indexOf(extreme(next), known), extreme(next));
    rising = !rising;
    known = next;
  }
  return (t) => turns.get(t) ?? NONE;
}

function expectFormula([type, parameters, expected, scale]: (typeof CASES)[number], bars: Bars): void {
  const ours = computeIndicator(type, parameters, bars);
  const theirs = expected(bars);
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((output, index) => {
    const formula = Float64Array.from(output, (_, t) => theirs[index]!(t));
    expectClose(output, formula, { scale });
  });
}

/**
 * TradingView's ta.supertrend(factor, atrPeriod), statement by statement. Its direction is -1 for a rising trend, and it
 * starts with a falling one.
 */
function pineSupertrend(bars: Bars, factor: number, atrPeriod: number): number[] {
  const { high, low, close, length } = bars;
  const atr = wilder(trueRange(bars), atrPeriod, length);
  const nz = (value: number) => (Number.isNaN(value) ? 0 : value);
  const directions: number[] = [];
  let [upperBefore, lowerBefore, trendBefore] = [0, 0, NONE];
  for (let t = 0; t < length; t++) {
    const middle = (high[t]! + low[t]!) / 2;
    let [upper, lower] = [middle + factor * atr(t), middle - factor * atr(t)];
    if (!(lower > lowerBefore || close[t - 1]! < lowerBefore)) lower = lowerBefore;
    if (!(upper < upperBefore || close[t - 1]! > upperBefore)) upper = upperBefore;
    let direction: number;
    if (t === 0 || Number.isNaN(atr(t - 1))) direction = 1;
    else if (trendBefore === upperBefore) direction = close[t]! > upper ? -1 : 1;
    else direction = close[t]! < lower ? 1 : -1;
    [upperBefore, lowerBefore] = [nz(upper), nz(lower)];
    trendBefore = direction === -1 ? lower : upper;
    directions.push(direction);
  }
  return directions;
}

describe('supertrend', () => {
  onRealBars.each([
    ['AAPL', '1d'],
    ['AAPL', '1h'],
    ['EURUSD', '1h'],
    ['GOOG', '1d'],
  ] as const)('has the directions of TradingView after the first turn: %s %s', async (symbol, timeframe) => {
    const bars = await readRealBars(symbol, timeframe);
    const [, ours] = computeIndicator('supertrend', {}, bars);
    const theirs = pineSupertrend(bars, 3, 10).map((direction) => -direction);
    const firstTurn = ours!.findIndex((side, t) => t > 10 && side !== ours![t - 1]);
    expect(firstTurn).toBeLessThan(100);
    expect([...ours!.subarray(firstTurn)]).toEqual(theirs.slice(firstTurn));
    const [, simple] = computeIndicator('supertrend', { average: 'simple' }, bars);
    const others = theirs.filter((side, t) => t >= firstTurn && side !== simple![t]);
    expect(others.length / bars.length).toBeGreaterThan(0.02);
  });
});

describe('an indicator is its formula to 1e-9', () => {
  const titled = CASES.map((item) => [`${item[0]} ${JSON.stringify(item[1])}`, item] as const);

  test.each(titled)('%s on random bars', (_, item) => {
    for (const seed of [1, 2]) expectFormula(item, randomBars({ length: 400, seed }));
  });

  test.each(titled)('%s with a market that does not move for a while', (_, item) => {
    expectFormula(item, withHalt(randomBars({ length: 400, seed: 3 }), 150, 260));
  });

  onRealBars.each([
    ['AAPL', '1d'],
    ['EURUSD', '1h'],
  ] as const)('all on the first 1,000 real bars of %s %s', async (symbol, timeframe) => {
    const all = await readRealBars(symbol, timeframe);
    const bars = randomBars({ length: 1_000, seed: 1 });
    for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) {
      bars[column].set(all[column].subarray(0, 1_000));
    }
    for (const item of CASES) expectFormula(item, bars);
  });
});
