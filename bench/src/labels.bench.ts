/**
 * Labels on 1,000,000 bars in memory: bars per second of every label type. Triple barriers also with long horizons and with
 * barriers that are never touched, the worst case for a scan bar by bar. For comparison: the measured speed of the Python system.
 */
import type { Bars } from '@ktrdr/market-data';
import { computeLabels, type LabelSettings } from '@ktrdr/strategy';
import { median, report } from './report.js';

const BARS = 1_000_000;
const ROUNDS = 7;
const MINUTE_MS = 60_000;

/** A random walk with steps of a few thousandths per bar, the same in every run. */
function randomWalk(): Bars {
  const column = (): Float64Array => new Float64Array(BARS);
  const bars = {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let price = 100;
  for (let t = 0; t < BARS; t += 1) {
    bars.time[t] = Date.UTC(2020, 0, 1) + t * MINUTE_MS;
    bars.open[t] = price;
    price *= Math.exp((random() - 0.5) * 0.01);
    bars.close[t] = price;
    bars.high[t] = Math.max(bars.open[t]!, price) * (1 + random() * 0.002);
    bars.low[t] = Math.min(bars.open[t]!, price) * (1 - random() * 0.002);
    bars.volume[t] = Math.floor(random() * 1000);
  }
  return { ...bars, symbol: 'BENCH', timeframe: '1m', length: BARS, synthetic: true, file: 'BENCH_1m.csv' };
}

const barriers: LabelSettings = {
  source: 'triple_barrier',
  profitMultiplier: 2,
  stopMultiplier: 1.5,
  holdingBars: 50,
  volatilitySpan: 50,
  volatilityMethod: 'atr',
  computeWeights: false,
  cusum: null,
};
const far = { ...barriers, profitMultiplier: 1000, stopMultiplier: 1000 };
const regime: LabelSettings = {
  source: 'regime',
  macroMultiplier: 3,
  microMultiplier: 1,
  atrPeriod: 14,
  volatilityLookback: 120,
  crisisThreshold: 2,
  progressionTolerance: 0.5,
};

interface Case {
  name: string;
  settings: LabelSettings;
  /** Bars per second. */
  target?: number;
  python?: number;
}

const cases: Case[] = [
  {
    name: 'zigzag segments',
    settings: { source: 'zigzag', method: 'segments', threshold: 0.02 },
    target: 10e6,
    python: 2.2e6,
  },
  {
    name: 'zigzag segments of a few bars',
    settings: { source: 'zigzag', method: 'segments', threshold: 0.003 },
    target: 10e6,
  },
  {
    name: 'zigzag points, 10 bars',
    settings: { source: 'zigzag', method: 'points', threshold: 0.01, lookahead: 10 },
    target: 10e6,
    python: 7400,
  },
  {
    name: 'zigzag points, 500 bars',
    settings: { source: 'zigzag', method: 'points', threshold: 0.05, lookahead: 500 },
    target: 10e6,
  },
  { name: 'triple barriers, 50 bars', settings: barriers, target: 5e6, python: 0.5e6 },
  {
    name: 'triple barriers, volatility of closes',
    settings: { ...barriers, volatilityMethod: 'close' },
    target: 5e6,
  },
  {
    name: 'triple barriers 10 volatilities away, 500 bars',
    settings: { ...barriers, profitMultiplier: 10, stopMultiplier: 10, holdingBars: 500 },
    target: 5e6,
  },
  { name: 'triple barriers never touched, 50 bars', settings: far, target: 5e6 },
  { name: 'triple barriers never touched, 500 bars', settings: { ...far, holdingBars: 500 }, target: 5e6 },
  {
    name: 'triple barriers never touched, 20,000 bars',
    settings: { ...far, holdingBars: 20_000 },
    target: 5e6,
  },
  {
    name: 'triple barriers, weights and cusum',
    settings: { ...barriers, computeWeights: true, cusum: { threshold: null, multiplier: 0.5 } },
  },
  { name: 'forward return, 20 bars', settings: { source: 'forward_return', horizon: 20 } },
  {
    name: 'context, 5 bars',
    settings: { source: 'context', horizon: 5, bullish: 0.005, bearish: -0.005 },
  },
  { name: 'regime', settings: regime },
];

const bars = randomWalk();
const took = cases.map((): number[] => []);
// The cases take turns, so that other work on the machine slows all of them alike.
for (let round = 0; round < ROUNDS; round += 1) {
  cases.forEach(({ settings }, index) => {
    globalThis.gc?.();
    const start = performance.now();
    computeLabels(settings, bars, Math.floor(BARS * 0.7));
    took[index]!.push(performance.now() - start);
  });
}
await report(
  'labels',
  cases.map(({ name, target, python }, index) => {
    const best = Math.round((BARS * 1000) / Math.min(...took[index]!));
    return {
      labels: name,
      'bars/s, best': best,
      'bars/s, median': Math.round((BARS * 1000) / median(took[index]!)),
      target: target ?? null,
      reached: target === undefined ? null : best >= target,
      'Python, bars/s': python ?? null,
    };
  }),
);
