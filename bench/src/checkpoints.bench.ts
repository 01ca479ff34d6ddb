/**
 * Cost of checkpoints: their share of a run's time, with the product's files, syncing and interval.
 * Arguments: seconds per run (default 20), ms between two checkpoints (default 2000).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CheckpointFiles,
  createEngine,
  PeriodicCheckpoints,
  runTrainingLoop,
  type DataPart,
} from '@ktrdr/trainer';
import { report, type ReportRow } from './report.js';

const INPUTS = 60;
const [seconds = 20, everyMs = 2000] = process.argv.slice(2).map(Number);
const clock = { now: () => performance.now() };
const IDENTITY = { strategy: '', settings: '', bars: '', model: '', engine: 'onnx', seed: 1, code: '' };

/** Synthetic rows; the speed does not depend on the values. */
function part(rows: number): DataPart {
  return {
    features: Float32Array.from({ length: rows * INPUTS }, (_, i) => Math.sin(i * 12.9898)),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row),
    targets: Int32Array.from({ length: rows }, (_, row) => row % 3),
    weights: null,
  };
}

async function cost(hidden: readonly number[]): Promise<ReportRow> {
  const directory = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
  const engine = await createEngine('onnx');
  let [spent, written, parameters] = [0, 0, 0];
  const widths = [INPUTS, ...hidden, 3];
  widths.slice(1).forEach((units, layer) => (parameters += (widths[layer]! + 1) * units));
  const bytes = 4 * 4 * parameters;
  const checkpoints = new PeriodicCheckpoints({
    files: new CheckpointFiles(directory),
    identity: IDENTITY,
    engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
    everyMs,
    bytes,
    from: null,
    clock,
    onWritten: () => (written += 1),
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
  const member = checkpoints.member(0);
  const begin = clock.now();
  await runTrainingLoop({
    model: {
      type: 'mlp',
      inputs: INPUTS,
      layers: hidden.map((units) => ({ units, activation: 'relu', dropout: 0.2 })),
      outputs: 3,
    },
    settings: {
      epochs: 100_000,
      batchSize: 256,
      learningRate: 0.001,
      optimizer: 'adam',
      weightDecay: 0,
      gradientClip: null,
      loss: { type: 'cross_entropy' },
      earlyStopping: null,
      learningRateSchedule: null,
      classWeights: false,
    },
    train: part(16_384),
    validation: part(64),
    engine,
    seed: 1,
    signal: new AbortController().signal,
    clock,
    gradientNorms: false,
    callbacks: [{ onEpochEnd: () => (clock.now() - begin > seconds * 1000 ? 'measured' : undefined) }],
    checkpoints: {
      get isDue() {
        return member.isDue;
      },
      get last() {
        return member.last;
      },
      write: async (capture) => {
        const start = clock.now();
        await member.write(capture);
        spent += clock.now() - start;
      },
    },
  });
  const took = clock.now() - begin;
  engine.dispose();
  await rm(directory, { recursive: true });
  return {
    hidden: hidden.join('-'),
    parameters,
    'bytes per checkpoint': bytes,
    checkpoints: written,
    'ms per checkpoint': written === 0 ? null : spent / written,
    '% of the run': (100 * spent) / took,
  };
}

const rows: ReportRow[] = [];
for (const hidden of [
  [128, 64],
  [512, 256],
  [2048, 1024],
]) {
  rows.push(await cost(hidden));
}
await report('checkpoints', rows);
