import { setImmediate } from 'node:timers/promises';
import type { Bars } from '@ktrdr/market-data';
import { parseStrategy } from '@ktrdr/strategy';
import { codeFingerprint } from '../checkpoints/code-fingerprint.js';
import { dataSettingsOf } from '../data/data-settings.js';
import { dataWarnings } from '../data/data-warnings.js';
import { reportBars } from '../data/load-bars.js';
import { prepareData } from '../data/prepare-data.js';
import { summariseData } from '../data/summarise-data.js';
import { WasmEngine } from '../engines/wasm/wasm-engine.js';
import { runTrainingLoop } from '../loop/loop.js';
import { modelOf } from '../network/model-of.js';

/** Node compiles a function to fast code after some calls. More rounds do not make the first training faster. */
const ROUNDS = 3;
const BARS = 2_000;
const DAY_MS = 86_400_000;

/** Uses the parts of the grammar, indicators and labels that most strategies use. */
const STRATEGY = `
name: warm_up
version: "3.0"
training_data:
  symbols: { mode: single, symbol: NONE }
  timeframes: { mode: single, timeframe: 1d }
indicators:
  rsi_14: { type: rsi, period: 14 }
  ema_20: { type: ema, period: 20 }
  sma_50: { type: sma, period: 50 }
  macd_12: { type: macd }
  bands: { type: bbands }
  atr_14: { type: atr, period: 14 }
fuzzy_sets:
  momentum:
    indicator: rsi_14
    low: { type: trapezoidal, parameters: [0, 0, 25, 50] }
    middle: [25, 50, 75]
    high: { type: trapezoidal, parameters: [50, 75, 100, 100] }
  fast:
    indicator: ema_20
    input_transform: { type: price_ratio, reference: close }
    below: { type: trapezoidal, parameters: [0, 0, 0.97, 1] }
    at: { type: gaussian, parameters: [1, 0.01] }
    above: { type: trapezoidal, parameters: [1, 1.03, 10, 10] }
  slow:
    indicator: sma_50
    input_transform: { type: price_ratio, reference: close }
    below: { type: trapezoidal, parameters: [0, 0, 0.93, 1] }
    above: { type: trapezoidal, parameters: [1, 1.07, 10, 10] }
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }
  - { fuzzy_set: fast, timeframes: all }
  - { fuzzy_set: slow, timeframes: all }
model:
  type: mlp
  architecture: { hidden_layers: [32, 16], activation: relu, dropout: 0.2 }
decisions:
  output_format: classification
training:
  labels: { source: zigzag, zigzag_threshold: 0.03 }
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
  epochs: 1
  batch_size: 32
`;

/**
 * Trains on made-up bars, so that the code of the first training is compiled. Reads no file but the code, whose fingerprint it keeps, and
 * keeps nothing else. It makes no session of ONNX Runtime: that would switch this thread to other arithmetic (see denormals.ts) before
 * the features are computed.
 *
 * @param mayGoOn asked between two steps; after `false` it ends at the next one
 */
export async function warmUp(mayGoOn: () => boolean, clock: { now(): number }): Promise<void> {
  const pause = async (): Promise<void> => {
    await setImmediate();
    if (!mayGoOn()) throw new Interrupted();
  };
  try {
    await codeFingerprint();
    for (let round = 1; round <= ROUNDS; round += 1) await trainOnce(round, pause, clock);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** The warm-up ended early, because the process has its request. */
class Interrupted extends Error {}

async function trainOnce(round: number, pause: () => Promise<void>, clock: { now(): number }): Promise<void> {
  await pause();
  // a parsed text is cached
  const parsed = parseStrategy(`${STRATEGY}# ${round}\n`, { file: 'warm-up.yaml' }).strategy;
  const strategy = dataSettingsOf(parsed);
  await pause();
  const symbols = [{ symbol: 'NONE', bars: new Map([['1d' as const, madeUpBars()]]) }];
  const reported = await reportBars({ symbols, fingerprints: [] }, pause);
  const data = await prepareData({ strategy, bars: symbols, range: {}, validationSplit: undefined }, pause);
  summariseData(strategy, reported, data);
  dataWarnings(strategy, reported, data);
  const engine = new WasmEngine();
  try {
    await runTrainingLoop({
      model: modelOf(parsed, data.dataset.classes.length),
      settings: parsed.training,
      train: data.parts.train,
      validation: data.parts.validation,
      engine,
      seed: round,
      signal: new AbortController().signal,
      clock,
      gradientNorms: false,
      callbacks: [],
    });
  } finally {
    engine.dispose();
  }
}

/** Waves of several lengths, so that every label has rows. */
function madeUpBars(): Bars {
  const values = (value: (bar: number) => number): Float64Array =>
    Float64Array.from({ length: BARS }, (_, bar) => value(bar));
  const close = (bar: number): number => 100 + 10 * Math.sin(bar / 9) + 5 * Math.sin(bar / 31);
  return {
    symbol: 'NONE',
    timeframe: '1d',
    length: BARS,
    time: values((bar) => bar * DAY_MS),
    open: values((bar) => close(bar - 1)),
    high: values((bar) => Math.max(close(bar), close(bar - 1)) + 1),
    low: values((bar) => Math.min(close(bar), close(bar - 1)) - 1),
    close: values(close),
    volume: values((bar) => 1_000 + (bar % 7)),
    synthetic: true,
    file: 'warm-up',
  };
}
