import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bars } from '@ktrdr/market-data';
import { ModelStorage, train } from '@ktrdr/trainer';

/** Bars on which the model is trained: enough for its labels, and few enough to take a second. */
const TRAINING_BARS = 5_000;

/** Decimals of the prices in the file, as in files of currencies. */
const DECIMALS = 5;

const STRATEGY = `name: bench
version: "3.0"
training_data:
  symbols: { mode: single, symbol: BENCH }
  timeframes: { mode: single, timeframe: 1m }
  history_required: 100
indicators:
  pace: { type: rsi, period: 14 }
  swing: { type: macd }
  width: { type: bollingerbandwidth, period: 20 }
  strength: { type: adx, period: 14 }
  place: { type: stochastic }
  stretch: { type: distancefromma, period: 20, ma_type: EMA }
  flow: { type: mfi, period: 14 }
  deviation: { type: cci, period: 20 }
  range: { type: williamsr, period: 14 }
  activity: { type: volumeratio, period: 20 }
fuzzy_sets: {}
nn_inputs:
${['pace', 'swing', 'width', 'strength', 'place', 'stretch', 'flow', 'deviation', 'range', 'activity']
  .map((id) => `  - { raw_indicator: ${id}, timeframes: all, normalization: zscore }`)
  .join('\n')}
model: { type: mlp, architecture: { hidden_layers: [32, 16], activation: relu, dropout: 0 } }
decisions: { output_format: classification, confidence_threshold: 0.4, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.004 }
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
  epochs: 5
  batch_size: 64
  learning_rate: 0.01
`;

/** A folder with the files of a backtest. */
export interface StoredBench {
  dataDir: string;
  modelsDir: string;
  strategy: string;
  version: string;
}

/** Writes one-minute bars into a file and trains a model with ten indicators on the first of them, all below `root`. */
export async function storeModel(
  root: string,
  bars: Omit<Bars, 'volume' | 'symbol' | 'timeframe' | 'synthetic' | 'file'>,
): Promise<StoredBench> {
  const [dataDir, modelsDir] = [join(root, 'data'), join(root, 'models')];
  await mkdir(dataDir);
  await mkdir(modelsDir);
  const lines = Array.from(bars.time, (time, t) => {
    const prices = [bars.open[t]!, bars.high[t]!, bars.low[t]!, bars.close[t]!]
      .map((price) => price.toFixed(DECIMALS))
      .join(',');
    return `${new Date(time).toISOString()},${prices},${1 + ((t * 7919) % 10_007)}`;
  });
  await writeFile(
    join(dataDir, 'BENCH_1m.csv'),
    `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`,
  );
  const storage = new ModelStorage(modelsDir);
  const operationId = 'op_training_20200101T000000_bench1';
  const outputDir = await storage.stage(operationId);
  await train(
    {
      operationId,
      strategy: STRATEGY,
      strategy_file: 'bench.yaml',
      fingerprints: [],
      seed: 1,
      end_date: new Date(bars.time[TRAINING_BARS]!).toISOString(),
      engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
      dataDir,
      outputDir,
      mode: 'local',
      checkpointDir: join(root, 'checkpoints'),
      checkpointEveryMs: 3_600_000,
      resume: false,
      featureCacheMb: 0,
    },
    { signal: new AbortController().signal, onProgress: () => undefined, clock: { now: () => Date.now() } },
  );
  const { model } = await storage.commit(outputDir, { strategy: 'bench', timeframe: '1m' });
  return { dataDir, modelsDir, strategy: 'bench', version: model.slice('bench/'.length) };
}
