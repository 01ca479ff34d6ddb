import { KtrdrError, TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';
import { parseStrategy, type Strategy } from '@ktrdr/strategy';
import fc from 'fast-check';
import { dataSettingsOf } from '../data/data-settings.js';
import type { SymbolRows } from '../data/dataset.js';
import type { SymbolBars } from '../data/load-bars.js';
import { prepareData, type PreparedData } from '../data/prepare-data.js';
import { RandomStream } from '@ktrdr/statistics';

const START = Date.UTC(2024, 0, 1);

/** All sources with equal probability. */
const labels = fc.oneof(
  fc.constantFrom(
    '{ source: zigzag, zigzag_threshold: 0.02 }',
    '{ source: zigzag, zigzag_threshold: 0.05 }',
    '{ source: zigzag, method: points, zigzag_threshold: 0.01, label_lookahead: 12 }',
  ),
  fc.constant('{ source: forward_return, horizon: 15 }'),
  fc.constant('{ source: context, horizon: 9 }'),
  fc.constantFrom(
    '{ source: triple_barrier, max_holding_period: 25, vol_span: 10, compute_weights: true }',
    '{ source: triple_barrier, pt_multiplier: 9, sl_multiplier: 9, max_holding_period: 40, vol_method: close }',
    '{ source: triple_barrier, max_holding_period: 9, cusum_threshold: 0, cusum_multiplier: 0.2, compute_weights: true }',
  ),
  fc.constantFrom(
    '{ source: regime, vol_lookback: 30, macro_atr_mult: 2, micro_atr_mult: 0.5 }',
    '{ source: regime, atr_period: 5, vol_lookback: 10, vol_crisis_threshold: 1.2 }',
  ),
);

/** Parameters of generated bars and a strategy for them. */
export interface Market {
  labels: string;
  symbols: number;
  timeframes: Timeframe[];
  bars: number;
  seed: number;
  embargo: number | undefined;
}

/** Any label source, symbols and timeframes. */
export const market: fc.Arbitrary<Market> = fc.record({
  labels,
  symbols: fc.integer({ min: 1, max: 3 }),
  timeframes: fc.constantFrom<Timeframe[]>(['1h'], ['1h', '4h'], ['4h', '1h', '1d']),
  bars: fc.integer({ min: 150, max: 400 }),
  seed: fc.nat(),
  embargo: fc.constantFrom(undefined, 0, 5),
});

/** A strategy with short indicators and the market's labels. */
export function strategyOf({ labels: written, symbols, timeframes, embargo }: Market): Strategy {
  const regression = written.includes('forward_return');
  const names = Array.from({ length: symbols }, (_, symbol) => `S${symbol}`);
  const text = `name: leak
version: "3.0"
training_data:
  symbols: { mode: multi_symbol, list: [${names.join(', ')}] }
  timeframes: { mode: multi_timeframe, list: [${timeframes.join(', ')}] }
  history_required: 50
indicators:
  rsi_2: { type: rsi, period: 2 }
nn_inputs:
  - { raw_indicator: rsi_2, timeframes: all, normalization: zscore }
fuzzy_sets: {}
model: { type: mlp, architecture: { hidden_layers: [4], activation: relu, dropout: 0 } }
decisions: { output_format: ${regression ? 'regression, cost_model: {}' : 'classification, confidence_threshold: 0.5'}, position_awareness: true }
training:
  method: supervised
  labels: ${written}
  data_split: { train: 0.6, validation: 0.2, test: 0.2 }
${embargo === undefined ? '' : `  embargo: ${embargo}\n`}`;
  return parseStrategy(text, { file: 'leak.yaml' }).strategy;
}

/** A random walk with a late start, gaps, and calm and volatile periods. */
function randomWalk(symbol: string, timeframe: Timeframe, hours: number, seed: number): Bars {
  const random = RandomStream.derive(seed, `${symbol} ${timeframe}`, 0);
  const step = TIMEFRAME_MS[timeframe];
  const late = Math.floor(random.uniform() * hours * 0.3) * TIMEFRAME_MS['1h'];
  const time: number[] = [];
  for (let at = START; at < START + hours * TIMEFRAME_MS['1h']; at += step) {
    if (at >= START + late && random.uniform() > 0.1) time.push(at);
  }
  const bars = {
    time: Float64Array.from(time),
    open: new Float64Array(time.length),
    high: new Float64Array(time.length),
    low: new Float64Array(time.length),
    close: new Float64Array(time.length),
    volume: new Float64Array(time.length),
  };
  let close = 100;
  time.forEach((_, t) => {
    const open = close;
    close *= Math.exp((random.uniform() - 0.5) * (t % 60 < 20 ? 0.04 : 0.01));
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) * (1 + random.uniform() * 0.003);
    bars.low[t] = Math.min(open, close) * (1 - random.uniform() * 0.003);
  });
  return {
    ...bars,
    symbol,
    timeframe,
    length: time.length,
    synthetic: false,
    file: `${symbol}_${timeframe}.csv`,
  };
}

/** Random bars of every symbol and timeframe. */
export function barsOf(strategy: Strategy, hours: number, seed: number): SymbolBars[] {
  return strategy.symbols.map((symbol) => ({
    symbol,
    bars: new Map(
      strategy.timeframes.map(
        (timeframe) => [timeframe, randomWalk(symbol, timeframe, hours, seed)] as const,
      ),
    ),
  }));
}

/** The same bars of every symbol and timeframe, but with other prices from a moment on. */
export function changedFrom(symbols: readonly SymbolBars[], moment: number, seed: number): SymbolBars[] {
  return symbols.map(({ symbol, bars }) => {
    const changed = new Map<Timeframe, Bars>();
    for (const [timeframe, series] of bars) {
      const random = RandomStream.derive(seed, `other ${symbol} ${timeframe}`, 0);
      const other = { ...series };
      for (const column of ['open', 'high', 'low', 'close'] as const) other[column] = series[column].slice();
      series.time.forEach((time, t) => {
        const factor = Math.exp((random.uniform() - 0.5) * 0.3);
        if (time < moment) return;
        for (const column of ['open', 'high', 'low', 'close'] as const) other[column][t]! *= factor;
      });
      changed.set(timeframe, other);
    }
    return { symbol, bars: changed };
  });
}

/** Prepares the data; `null` if there are too few rows or classes. */
export async function prepare(strategy: Strategy, bars: SymbolBars[]): Promise<PreparedData | null> {
  try {
    return await prepareData(
      { strategy: dataSettingsOf(strategy), bars, range: {}, validationSplit: undefined },
      async () => undefined,
    );
  } catch (error) {
    // too few rows or classes
    if (error instanceof KtrdrError) return null;
    throw error;
  }
}

/** Target, label end and weight of each row, by its time. */
export function answers({ time, targets, labelEnd, weights }: SymbolRows): Map<number, string> {
  return new Map(
    Array.from(time, (moment, row) => [moment, `${targets[row]} ${labelEnd[row]} ${weights?.[row]}`]),
  );
}
