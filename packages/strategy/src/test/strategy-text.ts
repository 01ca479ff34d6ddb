/** The shortest valid v3 file without warnings. */
export const V3 = `name: base
version: "3.0"
training_data:
  symbols: {mode: single, symbol: AAPL}
  timeframes: {mode: single, timeframe: 1h}
  history_required: 200
indicators:
  rsi_14: {type: rsi, period: 14}
  macd_12: {type: macd}
fuzzy_sets:
  momentum:
    indicator: rsi_14
    low: [0, 20, 50]
    high: {type: trapezoidal, parameters: [50, 70, 100, 100]}
nn_inputs:
  - {fuzzy_set: momentum, timeframes: all}
  - {raw_indicator: macd_12.signal, timeframes: [1h], normalization: zscore}
model:
  type: mlp
  architecture: {hidden_layers: [16, 8], activation: relu, dropout: 0.2}
decisions: {output_format: classification, confidence_threshold: 0.5, position_awareness: true}
training:
  method: supervised
  labels: {source: zigzag, zigzag_threshold: 0.02}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
  epochs: 50
`;

/** The shortest valid v2 file without warnings. */
export const V2 = `name: base
version: "2.0"
scope: universal
training_data:
  symbols: {mode: multi_symbol, list: [AAPL, GOOG]}
  timeframes: {mode: single, timeframe: 1d}
deployment: {target_symbols: {mode: universal}}
indicators:
  - {name: rsi, feature_id: rsi_14, period: 14, source: close}
  - {name: macd, fast_period: 5, slow_period: 10, signal_period: 3}
fuzzy_sets:
  rsi_14:
    low: {type: triangular, parameters: [0, 20, 50]}
  MACD:
    up: {type: triangular, parameters: [0, 1, 2]}
model:
  type: mlp
  architecture: {hidden_layers: [16]}
  features: {lookback_periods: 2}
  training: {epochs: 70, batch_size: 48, learning_rate: 0.0012, early_stopping: {patience: 9}}
decisions: {output_format: classification, confidence_threshold: 0.58, position_awareness: true}
training:
  method: supervised
  labels: {source: zigzag, zigzag_threshold: 0.012}
  data_split: {train: 0.66, validation: 0.17, test: 0.17}
`;

/** A v1 file that relies on all defaults. */
export const V1 = `name: base
indicators:
  - {name: sma, periods: [20, 50]}
  - {indicator: rsi, name: pace, params: {period: 7}}
fuzzy_sets:
  sma: {near: [0.95, 1, 1.05]}
  sma_50: {high: [100, 200, 300]}
  PACE: {low: [0, 20, 40]}
`;

/** Replaces one part of the text. Throws if the part is missing. */
export function edit(text: string, part: string, replacement: string): string {
  if (!text.includes(part)) throw new Error(`${JSON.stringify(part)} is not in the text`);
  return text.replace(part, () => replacement);
}
