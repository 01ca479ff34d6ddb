import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TIMEFRAME_MS, type TrainingResult } from '@ktrdr/contracts';
import { RandomStream } from '@ktrdr/statistics';
import { train } from '../run/train.js';

/** How the size of a step changes. */
export type Volatility = 'constant' | 'garch' | 'jumps';
/** When a market is open. */
export type Session = '24/7' | '24/5' | '7h';
/** What a network learns of a market. */
export type Labels = 'zigzag' | 'points' | 'triple_barrier' | 'forward_return';

/** A market of generated bars, and how to train on it. */
export interface JudgedMarket {
  volatility: Volatility;
  session: Session;
  labels: Labels;
  symbols: number;
  /** Bars of each symbol. */
  bars: number;
  /** Standard deviations by which each bar drifts against the move of the five bars before it; 0 for a random walk. */
  reversion: number;
  /** Of the bars and the training. */
  seed: number;
}

const VOLATILITIES: readonly Volatility[] = ['constant', 'garch', 'jumps'];
const SESSIONS: readonly Session[] = ['24/7', '24/5', '7h'];
const LABELS: readonly Labels[] = ['zigzag', 'triple_barrier', 'points', 'forward_return'];
/** One walk of `LONG_EVERY` is long: enough for most models to be judged "no edge" instead of "too little data". */
const WALK_BARS = 1_200;
const LONG_WALK_BARS = 12_000;
const LONG_EVERY = 4;

/** Random walk number `index`: shapes, sessions, labels, symbols and lengths take turns, so that all combinations occur. */
export function randomWalk(index: number): JudgedMarket {
  return {
    volatility: VOLATILITIES[index % 3]!,
    session: SESSIONS[Math.floor(index / 3) % 3]!,
    symbols: 1 + (Math.floor(index / 9) % 3),
    labels: LABELS[Math.floor(index / 27) % 4]!,
    bars: index % LONG_EVERY === LONG_EVERY - 1 ? LONG_WALK_BARS : WALK_BARS,
    reversion: 0,
    seed: 1 + index,
  };
}

/** A market with an edge to be found, number `index`. Its labels are those that a rule without features does not know. */
export function plantedEdge(index: number, bars: number): JudgedMarket {
  const labels = index % 2 === 0 ? 'triple_barrier' : 'forward_return';
  return { ...randomWalk(index), symbols: 1, labels, bars, reversion: 0.4, seed: 100_001 + index };
}

/** Standard deviation of a bar. */
const STEP = 0.01;
/** Bars whose move the next bar reverts. */
const MEMORY = 5;
/** Steps within a bar, for its high and low. */
const PARTS = 4;
const START = Date.UTC(2020, 0, 1);
const HOUR = TIMEFRAME_MS['1h'];

/** Trains on a market with the product's own trainer, in this process, and returns the result with its verdict. */
export async function judgeMarket(market: JudgedMarket): Promise<TrainingResult> {
  const root = await mkdtemp(join(tmpdir(), 'ktrdr-judged-'));
  try {
    const folder = async (name: string): Promise<string> => {
      await mkdir(join(root, name));
      return join(root, name);
    };
    const [dataDir, outputDir] = [await folder('data'), await folder('output')];
    let ticks = 0;
    const names = Array.from({ length: market.symbols }, (_, symbol) => `WALK${symbol}`);
    for (const [symbol, text] of barsTexts(market).entries()) {
      await writeFile(join(dataDir, `${names[symbol]}_1h.csv`), text);
    }
    const { result } = await train(
      {
        operationId: 'op_training_20200101T000000_judged',
        strategy: strategyText(market, names),
        strategy_file: 'judged.yaml',
        fingerprints: [],
        seed: market.seed,
        engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
        dataDir,
        outputDir,
        mode: 'local',
        checkpointDir: join(root, 'checkpoints'),
        checkpointEveryMs: 3_600_000,
        resume: false,
        featureCacheMb: 0,
      },
      {
        signal: new AbortController().signal,
        onProgress: () => undefined,
        // counts the looks at it: the result does not depend on the time
        clock: { now: () => (ticks += 1) },
      },
    );
    return result;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** One file of bars for each symbol. Half of the variance of a step is common to all symbols. */
function barsTexts(market: JudgedMarket): string[] {
  const times = openTimes(market);
  const common = RandomStream.derive(market.seed, 'common');
  const shared = Float64Array.from({ length: times.length * PARTS }, () => normal(common));
  return Array.from({ length: market.symbols }, (_, symbol) => {
    const random = RandomStream.derive(market.seed, 'symbol', symbol);
    const lines = ['timestamp,open,high,low,close,volume'];
    let close = 100;
    const closes = [close];
    let variance = 1;
    times.forEach((time, bar) => {
      const open = close;
      let [high, low] = [open, open];
      const deviation = STEP * Math.sqrt(market.volatility === 'garch' ? variance : 1);
      let whole = 0;
      const drift = -market.reversion * Math.sign(open - (closes.at(-1 - MEMORY) ?? open));
      for (let part = 0; part < PARTS; part += 1) {
        const own = normal(random);
        const z = market.symbols === 1 ? own : (own + shared[bar * PARTS + part]!) / Math.SQRT2;
        const jump = market.volatility === 'jumps' && random.uniform() < 0.005 ? 5 * normal(random) : 0;
        const step = deviation * ((z + jump) / Math.sqrt(PARTS) + drift / PARTS);
        whole += step;
        close *= Math.exp(step - deviation ** 2 / 2 / PARTS);
        [high, low] = [Math.max(high, close), Math.min(low, close)];
      }
      variance = 0.03 + 0.12 * (whole / STEP) ** 2 + 0.85 * variance;
      closes.push(close);
      const prices = [open, high, low, close].map((price) => price.toPrecision(12)).join(',');
      lines.push(`${new Date(time).toISOString()},${prices},${Math.round(1_000 * (1 + random.uniform()))}`);
    });
    return `${lines.join('\n')}\n`;
  });
}

/** Open times of the bars: hours of the session, ms UTC. */
function openTimes({ session, bars }: JudgedMarket): number[] {
  const times: number[] = [];
  for (let time = START; times.length < bars; time += HOUR) {
    const date = new Date(time);
    const weekday = date.getUTCDay() > 0 && date.getUTCDay() < 6;
    const hour = date.getUTCHours();
    if (session === '24/7' || (weekday && (session === '24/5' || (hour >= 14 && hour < 21))))
      times.push(time);
  }
  return times;
}

/** A standard normal number (Box and Muller 1958). */
function normal(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

const LABEL_TEXTS: Readonly<Record<Labels, string>> = {
  zigzag: '{ source: zigzag, zigzag_threshold: 0.04 }',
  points: '{ source: zigzag, method: points, zigzag_threshold: 0.03, label_lookahead: 12 }',
  triple_barrier:
    '{ source: triple_barrier, max_holding_period: 6, pt_multiplier: 1.5, sl_multiplier: 1.5, vol_span: 50 }',
  forward_return: '{ source: forward_return, horizon: 4 }',
};

/** A small network on momentum over several spans. */
function strategyText({ labels }: JudgedMarket, symbols: readonly string[]): string {
  const regression = labels === 'forward_return';
  const decisions = regression
    ? 'output_format: regression, cost_model: { round_trip_cost: 0.0016, min_edge_multiplier: 1 }'
    : 'output_format: classification, confidence_threshold: 0.4';
  return `name: judged
version: "3.0"
training_data:
  symbols: { mode: ${symbols.length > 1 ? 'multi_symbol' : 'single'}, list: [${symbols.join(', ')}] }
  timeframes: { mode: single, list: [1h] }
  history_required: 60
indicators:
  rsi_5: { type: rsi, period: 5 }
  rsi_20: { type: rsi, period: 20 }
  cci_20: { type: cci, period: 20 }
  roc_5: { type: roc, period: 5 }
nn_inputs:
  - { raw_indicator: rsi_5, timeframes: all, normalization: zscore }
  - { raw_indicator: rsi_20, timeframes: all, normalization: zscore }
  - { raw_indicator: cci_20, timeframes: all, normalization: zscore }
  - { raw_indicator: roc_5, timeframes: all, normalization: zscore }
fuzzy_sets: {}
model: { type: mlp, architecture: { hidden_layers: [8], activation: tanh, dropout: 0 } }
decisions: { ${decisions}, position_awareness: true, allow_short_from_flat: true }
training:
  method: supervised
  labels: ${LABEL_TEXTS[labels]}
  data_split: { train: 0.5, validation: 0.15, test: 0.35 }
  class_weights: false
  epochs: ${regression ? 40 : 10}
  batch_size: ${regression ? 32 : 64}
  learning_rate: 0.01
  lr_scheduler: { type: cosine }
`;
}
