/**
 * Training speed in samples per second, one thread: mlp 60-128-64-3 with Adam at batch 32, 256 and 1024, with and
 * without dropout. Bare engine steps on one batch beside the product's own loop, which shuffles, gathers rows, draws
 * masks, validates, reports progress and looks whether it is cancelled.
 * Option: an engine's name (default: the engine that `auto` takes).
 */
import { ENGINE_SETTINGS, type EngineSetting } from '@ktrdr/contracts';
import {
  createEngine,
  Progress,
  resolveEngine,
  runTrainingLoop,
  type DataPart,
  type Engine,
  type ModelSpec,
} from '@ktrdr/trainer';
import { report } from './report.js';

const INPUTS = 60;
const CLASSES = 3;
const ROWS = 8192;
/** Each figure is the best of so many rounds, taken in turn: other work on the machine only ever slows a round down. */
const ROUNDS = 5;
/** ms a round lasts at least. */
const ROUND_MS = 400;

function network(dropout: number): ModelSpec {
  return {
    type: 'mlp',
    inputs: INPUTS,
    layers: [
      { units: 128, activation: 'relu', dropout },
      { units: 64, activation: 'relu', dropout },
    ],
    outputs: CLASSES,
  };
}

/** Rows without meaning: speed does not depend on what they say. */
function rows(count: number): DataPart {
  return {
    features: Float32Array.from({ length: count * INPUTS }, (_, i) => Math.sin(i * 12.9898)),
    labels: Int32Array.from({ length: count }, (_, row) => row % CLASSES),
  };
}

/** Samples per second of steps alone: the same batch and masks again and again. */
async function bareSteps(engine: Engine, model: ModelSpec, batchSize: number): Promise<number> {
  const batch = rows(batchSize);
  const masks = model.layers
    .filter((layer) => layer.dropout > 0)
    .map((layer) => new Float32Array(batchSize * layer.units).fill(1 / (1 - layer.dropout)));
  let steps = 0;
  const start = performance.now();
  while (performance.now() - start < ROUND_MS) {
    await engine.step({ ...batch, masks, learningRate: 0.001 });
    steps += 1;
  }
  return (steps * batchSize * 1000) / (performance.now() - start);
}

const TRAIN = rows(ROWS);
const VALIDATION = rows(64);

/** Samples per second of the loop. The engine holds a fresh network of this model afterwards. */
async function loop(engine: Engine, model: ModelSpec, batchSize: number): Promise<number> {
  const begin = performance.now();
  let trained = 0;
  await runTrainingLoop({
    model,
    settings: {
      epochs: 1000,
      batchSize,
      learningRate: 0.001,
      optimizer: 'adam',
      weightDecay: 1e-4,
      gradientClip: 1,
      loss: 'cross_entropy',
      earlyStopping: null,
      learningRateSchedule: null,
      classWeights: true,
    },
    train: TRAIN,
    validation: VALIDATION,
    engine,
    seed: 1,
    signal: new AbortController().signal,
    clock: { now: () => Date.now() },
    callbacks: [
      new Progress(() => {}, { now: () => Date.now() }),
      {
        onEpochEnd: (end) => {
          trained += end.rows;
          return performance.now() - begin > ROUND_MS ? 'measured' : undefined;
        },
      },
    ],
  });
  return (trained * 1000) / (performance.now() - begin);
}

function engineSetting(): EngineSetting {
  const setting = process.argv[2] ?? 'auto';
  const known = ENGINE_SETTINGS.find((name) => name === setting);
  if (known === undefined) throw new Error(`unknown engine ${setting}; one of ${ENGINE_SETTINGS.join(', ')}`);
  return known;
}

const choice = await resolveEngine(engineSetting());
const engine = await createEngine(choice.engine);
const cases = [0, 0.2].flatMap((dropout) =>
  [32, 256, 1024].map((batchSize) => ({ dropout, batchSize, bare: 0, loop: 0 })),
);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const one of cases) {
    const model = network(one.dropout);
    one.loop = Math.max(one.loop, await loop(engine, model, one.batchSize));
    one.bare = Math.max(one.bare, await bareSteps(engine, model, one.batchSize));
  }
}
engine.dispose();
await report(
  'training',
  cases.map((one) => ({
    engine: choice.engine,
    model: `mlp 60-128-64-3${one.dropout > 0 ? `, dropout ${one.dropout}` : ''}`,
    batch: one.batchSize,
    'bare steps, samples/s': Math.round(one.bare),
    'loop, samples/s': Math.round(one.loop),
    'loop / bare': one.loop / one.bare,
  })),
);
