/**
 * Trains the same network with and without class weights on every bars file of a folder (`npm run bench -- class-weights FOLDER`),
 * with zigzag and with triple-barrier labels and two seeds, and compares accuracy, macro F1, log loss (without weights) and
 * Brier score on the test parts. The 95 % intervals are those of the mean over files, because the two kinds of labels of one file
 * are alike.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Timeframe } from '@ktrdr/contracts';
import { readBars } from '@ktrdr/market-data';
import { bootstrapMeans, interval, RandomStream } from '@ktrdr/statistics';
import { train } from '@ktrdr/trainer';
import { report, type ReportRow } from './report.js';

const SEEDS = [1, 2];
const DRAWS = 10_000;
/** Size of a zigzag swing, in median moves of one bar. */
const SWING = 4;

const KEYS = ['accuracy', 'macroF1', 'logLoss', 'brier'] as const;

type Scores = Record<(typeof KEYS)[number], number>;

const averages = [3, 10, 30, 100];
const strategy = (
  symbol: string,
  timeframe: string,
  labels: string,
  classWeights: boolean,
): string => `name: weights
version: "3.0"
training_data:
  symbols: {mode: single, symbol: ${symbol}}
  timeframes: {mode: single, timeframe: ${timeframe}}
  history_required: 200
indicators:
  rsi: {type: rsi, period: 14}
${averages.map((period) => `  distance_${period}: {type: distancefromma, period: ${period}}`).join('\n')}
fuzzy_sets:
  momentum: {indicator: rsi, low: [0, 25, 50], middle: [30, 50, 70], high: [50, 75, 100]}
nn_inputs:
  - {fuzzy_set: momentum, timeframes: all}
${averages.map((period) => `  - {raw_indicator: distance_${period}, timeframes: all, normalization: zscore}`).join('\n')}
model: {type: mlp, architecture: {hidden_layers: [32, 16], activation: relu, dropout: 0.2}}
decisions: {output_format: classification, confidence_threshold: 0.5, position_awareness: true}
training:
  method: supervised
  labels: {${labels}}
  class_weights: ${classWeights}
  epochs: 30
  batch_size: 64
  learning_rate: 0.002
  early_stopping: {patience: 8, monitor: val_loss}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
`;

async function trained(dataDir: string, text: string, seed: number): Promise<Scores> {
  const outputDir = await mkdtemp(join(tmpdir(), 'ktrdr-weights-'));
  try {
    const { result } = await train(
      {
        operationId: 'op_training_20240101T000000_weights',
        strategy: text,
        strategy_file: 'weights.yaml',
        seed,
        engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
        dry_run: false,
        detailed_analytics: false,
        dataDir,
        outputDir,
        mode: 'local',
        checkpointEveryMs: Number.MAX_SAFE_INTEGER,
        checkpointDir: join(outputDir, 'checkpoints'),
        resume: false,
        featureCacheMb: 0,
        fingerprints: [],
      },
      { signal: new AbortController().signal, onProgress: () => {}, clock: { now: () => performance.now() } },
    );
    const { test_accuracy: accuracy, per_class, calibration } = result.test_metrics!;
    const scores = Object.values(per_class).map(({ f1 }) => f1);
    return {
      accuracy,
      macroF1: mean(scores),
      logLoss: calibration!.log_loss!,
      brier: calibration!.brier_score,
    };
  } finally {
    await rm(outputDir, { recursive: true });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function medianMove(dataDir: string, symbol: string, timeframe: Timeframe): Promise<number> {
  const { close } = await readBars({ dataDir, symbol, timeframe });
  const moves = close.subarray(1).map((price, t) => Math.abs(price / close[t]! - 1));
  return moves.sort()[Math.floor(moves.length / 2)]!;
}

const folder = resolve(process.argv[2] ?? 'data');
const files = (await readdir(folder)).filter((file) => /^[^_]+_\w+\.csv$/.test(file)).toSorted();
const rows: ReportRow[] = [];
const differences: Record<keyof Scores, number[]> = { accuracy: [], macroF1: [], logLoss: [], brier: [] };
for (const file of files) {
  const [, symbol, timeframe] = /^([^_]+)_(\w+)\.csv$/.exec(file)!;
  const threshold = SWING * (await medianMove(folder, symbol!, timeframe as Timeframe));
  const kinds = {
    zigzag: `source: zigzag, zigzag_threshold: ${threshold.toFixed(5)}`,
    triple_barrier: 'source: triple_barrier, pt_multiplier: 2, sl_multiplier: 2, max_holding_period: 15',
  };
  const inFile: typeof differences = { accuracy: [], macroF1: [], logLoss: [], brier: [] };
  for (const [labels, text] of Object.entries(kinds)) {
    const average = async (weights: boolean): Promise<Scores> => {
      const all: Scores[] = [];
      for (const seed of SEEDS)
        all.push(await trained(folder, strategy(symbol!, timeframe!, text, weights), seed));
      const of = (key: keyof Scores): number => mean(all.map((scores) => scores[key]));
      return { accuracy: of('accuracy'), macroF1: of('macroF1'), logLoss: of('logLoss'), brier: of('brier') };
    };
    const [on, off] = [await average(true), await average(false)];
    for (const key of KEYS) inFile[key].push(on[key] - off[key]);
    rows.push({
      file,
      labels,
      'accuracy on': on.accuracy,
      'accuracy off': off.accuracy,
      'macro F1 on': on.macroF1,
      'macro F1 off': off.macroF1,
      'log loss on': on.logLoss,
      'log loss off': off.logLoss,
      'Brier on': on.brier,
      'Brier off': off.brier,
    });
  }
  for (const key of KEYS) differences[key].push(mean(inFile[key]));
}
await report('class-weights', rows);
for (const [key, values] of Object.entries(differences)) {
  const estimate = mean(values);
  const [draws] = bootstrapMeans([Float64Array.from(values)], {
    blockLength: 1,
    draws: DRAWS,
    random: RandomStream.derive(1, 'class-weights'),
  });
  const [low, high] = interval(draws!, estimate, 0.95).map((value) => value.toFixed(3));
  console.log(`${key}, on minus off: ${estimate.toFixed(3)}, 95 % interval ${low} to ${high}`);
}
