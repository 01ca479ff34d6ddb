/**
 * Features and labels of a strategy with ten indicators, each with a fuzzy set of three memberships (30 columns), on one
 * thread, in bars of the base timeframe per second: 2,000,000 bars of one timeframe, then the same with two coarser timeframes.
 * Then the preparation of a training, computed and from the cache of features. Then each indicator with its defaults compared with
 * TA-Lib in WebAssembly (talib-web); TA-Lib's time includes copying the columns in and the outputs out.
 */
import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';
import {
  checkIndicator,
  computeFeatures,
  computeLabels,
  describeIndicators,
  parseStrategy,
  type Strategy,
} from '@ktrdr/strategy';
import { loadTalib, type Talib } from '@ktrdr/strategy/testing';
import { preparationRows } from './features/preparation.js';
import { report, type ReportRow } from './report.js';

const BARS = 2_000_000;
/** TA-Lib's WebAssembly memory cannot hold more. */
const INDICATOR_BARS = 200_000;
/** Each figure is the best of this many rounds, because other work on the machine can only slow a round down. */
const ROUNDS = 5;

/** Bars of a random walk. {@link coarser} aggregates them to other timeframes. */
function walk(length: number): Bars {
  const columns = emptyColumns(length);
  const { time, open, high, low, close, volume } = columns;
  let price = 100;
  for (let t = 0; t < length; t++) {
    const move = Math.sin(t * 12.9898) * 43_758.5453;
    time[t] = Date.UTC(2020, 0, 1) + t * TIMEFRAME_MS['1m'];
    open[t] = price;
    price = Math.max(1, price * (1 + 0.002 * (move - Math.floor(move) - 0.5)));
    close[t] = price;
    high[t] = Math.max(open[t]!, price) * 1.0005;
    low[t] = Math.min(open[t]!, price) * 0.9995;
    volume[t] = 1 + ((t * 7919) % 10_007);
  }
  return { ...columns, ...identity('1m'), length };
}

function coarser(bars: Bars, timeframe: Timeframe): Bars {
  const count = TIMEFRAME_MS[timeframe] / TIMEFRAME_MS['1m'];
  const length = Math.floor(bars.length / count);
  const columns = emptyColumns(length);
  for (let t = 0; t < length; t++) {
    const [from, to] = [t * count, (t + 1) * count];
    columns.time[t] = bars.time[from]!;
    columns.open[t] = bars.open[from]!;
    columns.high[t] = Math.max(...bars.high.subarray(from, to));
    columns.low[t] = Math.min(...bars.low.subarray(from, to));
    columns.close[t] = bars.close[to - 1]!;
    columns.volume[t] = bars.volume.subarray(from, to).reduce((sum, value) => sum + value, 0);
  }
  return { ...columns, ...identity(timeframe), length };
}

function emptyColumns(length: number) {
  const column = (): Float64Array => new Float64Array(length);
  return { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

function identity(timeframe: Timeframe) {
  return { symbol: 'BENCH', timeframe, synthetic: true, file: `BENCH_${timeframe}.csv` };
}

/** Ids, types and the centres of three memberships, chosen to fit the values of the walk. */
const SETS: [id: string, type: string, middles: [number, number, number]][] = [
  ['pace', 'rsi, period: 14', [30, 50, 70]],
  ['swing', 'macd', [-0.1, 0, 0.1]],
  ['width', 'bollingerbandwidth, period: 20', [0.005, 0.01, 0.02]],
  ['strength', 'adx, period: 14', [15, 25, 40]],
  ['place', 'stochastic', [20, 50, 80]],
  ['stretch', 'distancefromma, period: 20, ma_type: EMA', [-0.5, 0, 0.5]],
  ['flow', 'mfi, period: 14', [30, 50, 70]],
  ['deviation', 'cci, period: 20', [-100, 0, 100]],
  ['range', 'williamsr, period: 14', [-80, -50, -20]],
  ['activity', 'volumeratio, period: 20', [0.5, 1, 1.5]],
];

function strategyText(timeframes: readonly Timeframe[], symbol = 'BENCH'): string {
  const indicators = SETS.map(([id, type]) => `  ${id}: {type: ${type}}`);
  const sets = SETS.map(([id, , [low, middle, high]], index) => {
    const far = 2 * high - middle;
    const memberships = [
      `low: [${2 * low - middle}, ${low}, ${middle}]`,
      `middle: [${low}, ${middle}, ${high}]`,
      // Every third set uses a gaussian membership, as real strategies do.
      index % 3 === 0
        ? `high: {type: gaussian, parameters: [${high}, ${(high - middle) / 2}]}`
        : `high: {type: trapezoidal, parameters: [${middle}, ${high}, ${far}, ${far}]}`,
    ];
    return `  ${id}_set: {indicator: ${id}, ${memberships.join(', ')}}`;
  });
  const inputs = SETS.map(([id]) => `  - {fuzzy_set: ${id}_set, timeframes: all}`);
  return `name: bench
training_data:
  symbols: {mode: single, symbol: ${symbol}}
  timeframes: {mode: multi_timeframe, list: [${timeframes.join(', ')}]}
indicators:
${indicators.join('\n')}
fuzzy_sets:
${sets.join('\n')}
nn_inputs:
${inputs.join('\n')}
model: {type: mlp, architecture: {hidden_layers: [16]}}
decisions: {output_format: classification, confidence_threshold: 0.5, position_awareness: true}
training:
  method: supervised
  labels: {source: zigzag, zigzag_threshold: 0.01}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
`;
}

function strategy(timeframes: readonly Timeframe[]): Strategy {
  return parseStrategy(strategyText(timeframes), { file: 'bench.yaml' }).strategy;
}

interface Measured {
  /** Wall-clock time of the best round. */
  ms: number;
  /** CPU time over all cores of the best round. Other work on the machine hardly changes it. */
  cpuMs: number;
  /** Peak growth of the process's memory over the rounds, bytes. */
  peakBytes: number;
}

function measure(work: () => unknown, rounds = ROUNDS): Measured {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let [ms, cpuMs] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(cpuStart);
    ms = Math.min(ms, performance.now() - start);
    cpuMs = Math.min(cpuMs, (user + system) / 1000);
  }
  return { ms, cpuMs, peakBytes: process.resourceUsage().maxRSS * 1024 - before };
}

function featuresRow(name: string, timeframes: readonly Timeframe[], base: Bars): ReportRow {
  const plan = strategy(timeframes);
  const bars = new Map<Timeframe, Bars>(
    timeframes.map((timeframe) => [timeframe, timeframe === '1m' ? base : coarser(base, timeframe)]),
  );
  const { ms, cpuMs, peakBytes } = measure(() => [
    computeFeatures(plan, bars),
    computeLabels(plan.training.labels, base),
  ]);
  return {
    case: name,
    columns: plan.features.length,
    ms: Math.round(ms),
    'bars/s': Math.round((base.length * 1000) / ms),
    'bars per CPU second': Math.round((base.length * 1000) / cpuMs),
    'peak bytes/bar': Math.round(peakBytes / base.length),
  };
}

type TalibCall = (talib: Talib, bars: Bars) => unknown;

/** Calls of the indicators that TA-Lib also has, with our defaults. */
const TALIB: Readonly<Record<string, TalibCall>> = {
  adline: (talib, { high, low, close, volume }) => talib('AD', [high, low, close, volume], [], 1),
  adx: (talib, { high, low, close }) =>
    ['ADX', 'PLUS_DI', 'MINUS_DI'].map((name) => talib(name, [high, low, close], [14], 1)),
  aroon: (talib, { high, low }) => [
    talib('AROON', [high, low], [14], 2),
    talib('AROONOSC', [high, low], [14], 1),
  ],
  atr: (talib, { high, low, close }) => talib('ATR', [high, low, close], [14], 1),
  bollingerbands: (talib, { close }) => talib('BBANDS', [close], [20, 2, 2, 0], 3),
  cci: (talib, { high, low, close }) => talib('CCI', [high, low, close], [20], 1),
  donchianchannels: (talib, { high, low }) => [talib('MAX', [high], [20], 1), talib('MIN', [low], [20], 1)],
  ema: (talib, { close }) => talib('EMA', [close], [20], 1),
  ichimoku: (talib, { high, low }) =>
    [9, 26, 52].map((period) => talib('MIDPRICE', [high, low], [period], 1)),
  macd: (talib, { close }) => talib('MACD', [close], [12, 26, 9], 3),
  mfi: (talib, { high, low, close, volume }) => talib('MFI', [high, low, close, volume], [14], 1),
  momentum: (talib, { close }) => talib('MOM', [close], [10], 1),
  obv: (talib, { close, volume }) => talib('OBV', [close, volume], [], 1),
  parabolicsar: (talib, { high, low }) => talib('SAR', [high, low], [0.02, 0.2], 1),
  roc: (talib, { close }) => talib('ROC', [close], [10], 1),
  rsi: (talib, { close }) => talib('RSI', [close], [14], 1),
  sma: (talib, { close }) => talib('SMA', [close], [20], 1),
  stochastic: (talib, { high, low, close }) => talib('STOCH', [high, low, close], [14, 3, 0, 3, 0], 2),
  williamsr: (talib, { high, low, close }) => talib('WILLR', [high, low, close], [14], 1),
  wma: (talib, { close }) => talib('WMA', [close], [20], 1),
};

function indicatorRow(type: string, talib: Talib, bars: Bars): ReportRow {
  const indicator = checkIndicator(type, {});
  const ours = measure(() => indicator.compute(bars), ROUNDS).ms;
  const call = TALIB[type];
  const theirs = call === undefined ? null : measure(() => call(talib, bars), ROUNDS).ms;
  return {
    indicator: type,
    outputs: indicator.outputs.length,
    'million bars/s': INDICATOR_BARS / 1000 / ours,
    'talib-web': theirs === null ? null : INDICATOR_BARS / 1000 / theirs,
    ratio: theirs === null ? null : theirs / ours,
  };
}

const base = walk(BARS);
const rows = [
  featuresRow('one timeframe', ['1m'], base),
  featuresRow('three timeframes', ['1m', '5m', '15m'], base),
];
await report('features', rows);
await report('preparation', await preparationRows(strategyText(['1m'], 'BTCUSD')));
const talib = await loadTalib();
const fewer = walk(INDICATOR_BARS);
const indicators = describeIndicators().map(({ type }) => indicatorRow(type, talib, fewer));
await report('indicators', indicators);
