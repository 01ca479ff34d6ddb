import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';
import { RandomStream } from '@ktrdr/statistics';
import { parseStrategy, type Strategy } from '@ktrdr/strategy';

export const START = Date.UTC(2024, 0, 1);
export const HOUR = TIMEFRAME_MS['1h'];
/** Long after every bar. */
export const LATER = Date.UTC(2030, 0, 1);
const TIMEFRAMES = ['1h', '4h'] as const;

/** Where a training begins that leaves history before it. */
export const TRAINING_START = '2024-01-06';

export const MODELS = {
  mlp: 'type: mlp, architecture: { hidden_layers: [8, 5], activation: tanh, dropout: 0.2 }',
  cnn: 'type: cnn, architecture: { sequence_length: 9, filters: [4], kernel_size: 3, pool_size: 2, hidden_layers: [6] }',
  lstm: 'type: lstm, architecture: { sequence_length: 7, hidden_size: 6, num_layers: 1, dropout: 0 }',
  gru: 'type: gru, architecture: { sequence_length: 5, hidden_size: 6, num_layers: 2, dropout: 0.1 }',
};

/** Fuzzy and raw inputs of two timeframes; the averages and sums of old values never forget where they began. */
export function strategyOf(model: string, base: Timeframe = '1h'): Strategy {
  const text = `name: rows
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAA }
  timeframes: { mode: multi_timeframe, list: [1h, 4h], base_timeframe: ${base} }
  history_required: 60
indicators:
  rsi_5: { type: rsi, period: 5 }
  ema_9: { type: ema, period: 9 }
  volume: { type: obv }
  range: { type: atr, period: 6 }
fuzzy_sets:
  pace: { indicator: rsi_5, low: [0, 25, 50], high: [50, 75, 100] }
nn_inputs:
  - { fuzzy_set: pace, timeframes: all }
  - { raw_indicator: ema_9, timeframes: all, normalization: zscore }
  - { raw_indicator: volume, timeframes: all, normalization: minmax }
  - { raw_indicator: range, timeframes: [4h], normalization: none }
model: { ${model} }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: triple_barrier, max_holding_period: 10, vol_span: 10 }
  data_split: { train: 0.6, validation: 0.2, test: 0.2 }
`;
  return parseStrategy(text, { file: 'rows.yaml' }).strategy;
}

export function randomBars(timeframe: Timeframe, length: number, seed: number): Bars {
  const random = RandomStream.derive(seed, `bars-${timeframe}`);
  const time = new Float64Array(length);
  const [open, high, low, close, volume] = [0, 1, 2, 3, 4].map(() => new Float64Array(length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let price = 100;
  for (let t = 0; t < length; t += 1) {
    time[t] = START + t * TIMEFRAME_MS[timeframe];
    open[t] = price;
    price *= 1 + 0.02 * (random.uniform() - 0.5);
    close[t] = price;
    high[t] = Math.max(open[t]!, price) * 1.002;
    low[t] = Math.min(open[t]!, price) * 0.998;
    volume[t] = Math.floor(1000 * random.uniform());
  }
  const file = `AAA_${timeframe}.csv`;
  return { symbol: 'AAA', timeframe, time, open, high, low, close, volume, length, synthetic: false, file };
}

export type BarsByTimeframe = Map<Timeframe, Bars>;

export function barsOf(hours: number, seed = 1): BarsByTimeframe {
  return new Map(
    TIMEFRAMES.map((timeframe) => [
      timeframe,
      randomBars(timeframe, Math.ceil((hours * HOUR) / TIMEFRAME_MS[timeframe]), seed),
    ]),
  );
}

export function firstBars(bars: BarsByTimeframe, hours: number): BarsByTimeframe {
  return new Map(
    [...bars].map(([timeframe, all]) => {
      const length = Math.ceil((hours * HOUR) / TIMEFRAME_MS[timeframe]);
      const cut = (column: Float64Array): Float64Array => column.slice(0, length);
      const { open, high, low, close, volume } = all;
      const columns = {
        open: cut(open),
        high: cut(high),
        low: cut(low),
        close: cut(close),
        volume: cut(volume),
      };
      return [timeframe, { ...all, ...columns, time: cut(all.time), length }];
    }),
  );
}
