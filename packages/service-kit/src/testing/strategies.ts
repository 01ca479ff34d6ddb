/** Strategies for tests: short ones that complete, long ones that are interrupted. */

/** The properties of a test strategy. */
export interface StrategyOptions {
  epochs: number;
  batchSize?: number;
  layers?: number[];
  symbol?: string;
  /** Time that a training waits before each step, so that it uses little of the processor. Only in a sandbox. */
  paceMs?: number;
  /** File that ends the pace when it exists. */
  pacedUntil?: string;
}

/** Text of a strategy file. */
export function strategyText({
  epochs,
  batchSize = 32,
  layers = [16, 8],
  symbol = 'AAPL',
  paceMs,
  pacedUntil,
}: StrategyOptions): string {
  const until = pacedUntil === undefined ? '' : ` until ${pacedUntil}`;
  const pace = paceMs === undefined ? '' : `# pace: ${paceMs} ms a step${until}\n`;
  return `name: pattern
version: "3.0"
training_data:
  symbols: { mode: single, symbol: ${symbol} }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 60
indicators:
  rsi_14: { type: rsi, period: 14 }
  macd_std: { type: macd, fast_period: 12, slow_period: 26, signal_period: 9 }
fuzzy_sets:
  momentum: { indicator: rsi_14, low: [0, 25, 45], middle: [35, 50, 65], high: [55, 75, 100] }
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }
  - { raw_indicator: macd_std.histogram, timeframes: all, normalization: zscore }
model: { type: mlp, architecture: { hidden_layers: [${layers.join(', ')}], activation: relu, dropout: 0.2 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.01 }
  epochs: ${epochs}
  batch_size: ${batchSize}
  learning_rate: 0.001
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
${pace}`;
}

/** Completes within a second or two. */
export const QUICK = strategyText({ epochs: 3 });
/** Trains until it is stopped, at a pace that leaves the processor to others. */
export const LONG = strategyText({ epochs: 100_000, batchSize: 256, paceMs: 20 });
