/**
 * Many seeds for the price of a few: one seed against 16 of a typical strategy, each in a training process, from its start to the
 * verdict, in turns. `npm run bench -- seeds [turns] [engine ...]` (default: 5 turns of `onnx`).
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { deviceOf, runTrainerProcess } from '@ktrdr/trainer';
import { median, printRow, report, type ReportRow } from './report.js';

const SEEDS = 16;
const [turns = '5', ...named] = process.argv.slice(2);
const engines = (named.length === 0 ? ['onnx'] : named) as EngineName[];
const cores = availableParallelism();
const PERIODS = Array.from({ length: 14 }, (_, index) => index + 3);
/** 17 inputs, 32 and 16 units, 3 classes. */
const STRATEGY = `name: typical
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAPL }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 50
indicators:
  rsi_14: { type: rsi, period: 14 }
${PERIODS.map((period) => `  roc_${period}: { type: roc, period: ${period} }`).join('\n')}
fuzzy_sets:
  momentum: { indicator: rsi_14, low: [0, 25, 45], middle: [35, 50, 65], high: [55, 75, 100] }
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }
${PERIODS.map((period) => `  - { raw_indicator: roc_${period}, timeframes: all, normalization: zscore }`).join('\n')}
model: { type: mlp, architecture: { hidden_layers: [32, 16], activation: relu, dropout: 0.2 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.01 }
  epochs: 40
  batch_size: 32
  learning_rate: 0.001
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
`;

/** s */
interface Taken {
  /** From the start of the process to its end. */
  whole: number;
  training: number;
}

const root = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
const dataDir = join(root, 'data');
await mkdir(dataDir);
await writeSampleBars({
  dataDir,
  symbol: 'AAPL',
  timeframe: '1h',
  startDate: '2022-01-03',
  endDate: '2023-12-29',
});
let runs = 0;
let rows = 0;

async function train(engine: EngineName, seeds: number, lanes: number): Promise<Taken> {
  runs += 1;
  const outputDir = join(root, `run${runs}`);
  await mkdir(outputDir);
  const start = performance.now();
  const { result } = await runTrainerProcess(
    {
      operationId: `op_training_20240101T000000_${String(runs).padStart(4, '0')}`,
      strategy: STRATEGY,
      strategy_file: 'typical.yaml',
      seed: 1,
      ...(seeds === 1 ? {} : { seeds }),
      fingerprints: [],
      engine: { engine, device: deviceOf(engine), rejected: [], times: [] },
      dataDir,
      stateDir: join(root, 'state'),
      outputDir,
      mode: 'local',
      checkpointDir: join(outputDir, 'checkpoints'),
      checkpointEveryMs: 2_000,
      resume: false,
      featureCacheMb: 0,
      lanes,
    },
    { signal: new AbortController().signal, graceMs: 5_000, onProgress: () => undefined },
  );
  const whole = (performance.now() - start) / 1_000;
  await rm(outputDir, { recursive: true });
  const { train_samples, validation_samples, test_samples } = result.data_summary;
  rows = train_samples + validation_samples + test_samples;
  return { whole, training: result.training_metrics!.training_time };
}

async function measure(engine: EngineName): Promise<ReportRow> {
  const [one, many, alone]: [Taken[], Taken[], Taken[]] = [[], [], []];
  for (let turn = 0; turn < Number(turns); turn += 1) {
    one.push(await train(engine, 1, 1));
    many.push(await train(engine, SEEDS, cores));
    alone.push(await train(engine, SEEDS, 1));
  }
  const ratio = (a: readonly Taken[], b: readonly Taken[], of: keyof Taken): number =>
    median(a.map((taken, turn) => taken[of] / b[turn]![of]));
  const row = {
    engine,
    rows,
    lanes: cores,
    '1 seed, s': median(one.map(({ whole }) => whole)),
    [`${SEEDS} seeds, s`]: median(many.map(({ whole }) => whole)),
    'times one seed': ratio(many, one, 'whole'),
    'in one lane, times one seed': ratio(alone, one, 'whole'),
    // 1: a model among others costs as much of a core as a model alone
    'models per core, times one alone': SEEDS / ratio(alone, one, 'training'),
  };
  printRow(row);
  return row;
}

const table: ReportRow[] = [];
for (const engine of engines) table.push(await measure(engine));
await report('seeds', table);
await rm(root, { recursive: true });
