/**
 * Training speed in samples per second, one thread, through the product's own loop: it shuffles, gathers rows, draws
 * masks, adds up metrics, validates, reports progress and looks whether it is cancelled. Beside it PyTorch and the limit
 * of the matrix products alone, where Python has torch and numpy.
 * Arguments: engines to measure (default: onnx and tensorflow-wasm), `--no-peers`.
 */
import { ENGINE_NAMES, type EngineName } from '@ktrdr/contracts';
import {
  createEngine,
  Progress,
  runTrainingLoop,
  type DataPart,
  type Engine,
  type ModelSpec,
} from '@ktrdr/trainer';
import { findPython, runPeer } from './peers.js';
import { report, type ReportRow } from './report.js';

/** Each figure is the best of so many rounds, taken in turn: other work on the machine only ever slows a round down. */
const ROUNDS = 3;
/** ms a round lasts at least, after an epoch to warm up. */
const ROUND_MS = 1000;
const INPUTS = 60;
const CLASSES = 3;

interface Case {
  /** As `bench/peers/torch_peers.py` names it. */
  name: 'mlp' | 'lstm' | 'gru' | 'conv1d';
  title: string;
  model: ModelSpec;
  batch: number;
  dropout: number;
  rows: number;
}

function cases(): Case[] {
  const mlps = [0, 0.2].flatMap((dropout) =>
    [32, 256, 1024].map((batch): Case => ({
      name: 'mlp',
      title: `mlp 60-128-64-3${dropout > 0 ? `, dropout ${dropout}` : ''}`,
      model: {
        type: 'mlp',
        inputs: INPUTS,
        layers: [
          { units: 128, activation: 'relu', dropout },
          { units: 64, activation: 'relu', dropout },
        ],
        outputs: CLASSES,
      },
      batch,
      dropout,
      rows: 16_384,
    })),
  );
  const window = { inputs: INPUTS, sequenceLength: 20, outputs: CLASSES };
  const recurrent = (['lstm', 'gru'] as const).map((type): Case => ({
    name: type,
    title: `${type} 64, 20 steps`,
    model: { ...window, type, hiddenSize: 64, layers: 1, dropout: 0 },
    batch: 64,
    dropout: 0,
    rows: 4096,
  }));
  const conv1d: Case = {
    name: 'conv1d',
    title: 'conv1d 32 of 5, pool 2, dense 64, 20 steps',
    model: {
      ...window,
      type: 'cnn',
      filters: [32],
      kernelSize: 5,
      poolSize: 2,
      activation: 'relu',
      layers: [{ units: 64, activation: 'relu', dropout: 0 }],
    },
    batch: 64,
    dropout: 0,
    rows: 4096,
  };
  return [...mlps, ...recurrent, conv1d];
}

/** Rows without meaning: speed does not depend on what they say. */
function part(model: ModelSpec, rows: number): DataPart {
  const window = model.type === 'mlp' ? 1 : model.sequenceLength;
  return {
    features: Float32Array.from({ length: (rows + window - 1) * INPUTS }, (_, i) => Math.sin(i * 12.9898)),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row + window - 1),
    targets: Int32Array.from({ length: rows }, (_, row) => row % CLASSES),
    weights: null,
  };
}

/** Samples per second of the loop; optimiser and loss as the peers have them. */
async function speed(engine: Engine, { model, batch, rows }: Case): Promise<number> {
  let begin = 0;
  let trained = 0;
  await runTrainingLoop({
    model,
    settings: {
      epochs: 100_000,
      batchSize: batch,
      learningRate: 0.001,
      optimizer: 'adam',
      weightDecay: 0,
      gradientClip: null,
      loss: { type: 'cross_entropy' },
      earlyStopping: null,
      learningRateSchedule: null,
      classWeights: false,
    },
    train: part(model, rows),
    validation: part(model, 64),
    engine,
    seed: 1,
    signal: new AbortController().signal,
    clock: { now: () => Date.now() },
    gradientNorms: false,
    callbacks: [
      new Progress(() => {}, { now: () => Date.now() }),
      {
        onEpochEnd: ({ epoch, rows: of }) => {
          if (epoch === 1) begin = performance.now();
          else trained += of;
          return epoch > 1 && performance.now() - begin > ROUND_MS ? 'measured' : undefined;
        },
      },
    ],
  });
  return (trained * 1000) / (performance.now() - begin);
}

/** Best figure of a key over several runs. */
class Best {
  private readonly values = new Map<string, number>();
  note(key: string, value: number): void {
    this.values.set(key, Math.max(value, this.values.get(key) ?? 0));
  }
  of(key: string): number | null {
    return this.values.get(key) ?? null;
  }
}

/** What `torch_peers.py` writes. */
interface TorchLine {
  model: Case['name'];
  batch: number;
  dropout: number;
  runs: number[];
}

const caseKey = ({ name, batch, dropout }: Pick<Case, 'name' | 'batch' | 'dropout'>): string =>
  `${name} ${batch} ${dropout}`;

async function measurePeers(
  best: Best,
  python: { torch: string | null; numpy: string | null },
): Promise<void> {
  if (python.torch !== null) {
    for (const line of await runPeer(python.torch, 'torch_peers.py', ['1'])) {
      const { model, batch, dropout, runs } = line as unknown as TorchLine;
      const key = caseKey({ name: model, batch, dropout });
      for (const run of runs) best.note(`torch ${key}`, run);
    }
  }
  if (python.numpy !== null) {
    for (const line of await runPeer(python.numpy, 'sgemm_ceiling.py')) {
      const { batch, samples_per_s_ceiling: limit } = line as Record<string, number>;
      if (batch !== undefined && limit !== undefined) best.note(`limit ${batch}`, limit);
    }
  }
}

function chosenEngines(names: readonly string[]): EngineName[] {
  if (names.length === 0) return ['onnx', 'tensorflow-wasm'];
  return names.map((name) => {
    const engine = ENGINE_NAMES.find((known) => known === name);
    if (engine === undefined) throw new Error(`unknown engine ${name}; one of ${ENGINE_NAMES.join(', ')}`);
    return engine;
  });
}

const args = process.argv.slice(2);
const engines = chosenEngines(args.filter((arg) => !arg.startsWith('--')));
const withPeers = !args.includes('--no-peers');
const python = {
  torch: withPeers ? await findPython('torch') : null,
  numpy: withPeers ? await findPython('numpy') : null,
};
if (withPeers && python.torch === null) {
  console.log('PyTorch is not measured: no Python with torch here (Debian: python3-torch libopenblas0).');
}
const best = new Best();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const name of engines) {
    const engine = await createEngine(name);
    for (const one of cases()) {
      if (name.startsWith('tensorflow') && one.name !== 'mlp') continue;
      best.note(`${name} ${caseKey(one)}`, await speed(engine, one));
    }
    engine.dispose();
  }
  await measurePeers(best, python);
}

const rows: ReportRow[] = engines.flatMap((engine) =>
  cases().flatMap((one): ReportRow[] => {
    const reached = best.of(`${engine} ${caseKey(one)}`);
    if (reached === null) return [];
    const torch = best.of(`torch ${caseKey(one)}`);
    const limit = one.name === 'mlp' ? best.of(`limit ${one.batch}`) : null;
    return [
      {
        engine,
        model: one.title,
        batch: one.batch,
        'samples/s': Math.round(reached),
        'PyTorch, samples/s': torch,
        'times PyTorch': torch === null ? null : reached / torch,
        'share of the sgemm limit': limit === null ? null : reached / limit,
      },
    ];
  }),
);
await report('training', rows);
