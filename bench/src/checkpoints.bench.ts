/** What writing checkpoints costs a run: the product's own loop with the product's own checkpoints, one thread. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CheckpointFiles,
  createEngine,
  PeriodicCheckpoints,
  runTrainingLoop,
  type DataPart,
  type ModelSpec,
} from '@ktrdr/trainer';
import { report, type ReportRow } from './report.js';

/** ms a run lasts: time for several checkpoints. */
const RUN_MS = 12_000;
const INPUTS = 60;
const CLASSES = 3;
const ROWS = 4096;
const clock = { now: () => performance.now() };

const mlp = (...units: number[]): ModelSpec => ({
  type: 'mlp',
  inputs: INPUTS,
  layers: units.map((count) => ({ units: count, activation: 'relu', dropout: 0 })),
  outputs: CLASSES,
});

/** Rows without meaning: speed does not depend on what they say. */
function part(rows: number): DataPart {
  return {
    features: Float32Array.from({ length: rows * INPUTS }, (_, i) => Math.sin(i * 12.9898)),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row),
    targets: Int32Array.from({ length: rows }, (_, row) => row % CLASSES),
    weights: null,
  };
}

/** One run that writes checkpoints as a training does, and how long it was busy with them. */
async function run(title: string, model: ModelSpec, bytes: number): Promise<ReportRow> {
  const folder = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
  const engine = await createEngine('onnx');
  let [written, writing] = [0, 0];
  const periodic = new PeriodicCheckpoints({
    files: new CheckpointFiles(join(folder, 'run')),
    identity: { strategy: '', settings: '', bars: '', model: title, engine: 'onnx', seed: 1, code: '' },
    engine: { engine: 'onnx', device: 'cpu', rejected: [], ms_per_step: 1 },
    bytes,
    from: null,
    clock,
    onWritten: () => (written += 1),
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
  const begin = clock.now();
  try {
    await runTrainingLoop({
      model,
      settings: {
        epochs: 100_000,
        batchSize: 32,
        learningRate: 0.001,
        optimizer: 'adam',
        weightDecay: 0,
        gradientClip: null,
        loss: { type: 'cross_entropy' },
        earlyStopping: null,
        learningRateSchedule: null,
        classWeights: false,
      },
      train: part(ROWS),
      validation: part(64),
      engine,
      seed: 1,
      signal: new AbortController().signal,
      clock,
      gradientNorms: false,
      callbacks: [{ onEpochEnd: () => (clock.now() - begin > RUN_MS ? 'measured' : undefined) }],
      checkpoints: {
        get isDue() {
          return periodic.isDue;
        },
        get last() {
          return periodic.last;
        },
        async write(capture) {
          const start = clock.now();
          await periodic.write(capture);
          writing += clock.now() - start;
        },
      },
    });
  } finally {
    engine.dispose();
    await rm(folder, { recursive: true });
  }
  const lasted = clock.now() - begin;
  return {
    model: title,
    'bytes each': bytes,
    written,
    'ms each': written === 0 ? null : writing / written,
    'share of the run, %': (100 * writing) / lasted,
  };
}

/** Weights, the best ones, and Adam's two moments. */
const bytesOf = (...widths: number[]): number =>
  16 * widths.slice(1).reduce((sum, width, index) => sum + (widths[index]! + 1) * width, 0);

await report('checkpoints', [
  await run('mlp 60-128-64-3', mlp(128, 64), bytesOf(INPUTS, 128, 64, CLASSES)),
  await run('mlp 60-1024-512-3', mlp(1024, 512), bytesOf(INPUTS, 1024, 512, CLASSES)),
]);
