import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EngineChoice, EngineName, KtrdrError } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { PeriodicCheckpoints } from './periodic-checkpoints.js';
import type { RunIdentity } from './checkpoint.js';
import { CheckpointFiles } from './checkpoint-files.js';
import { type CheckpointNetwork, networkOf } from './checkpoint-header.js';
import type { Engine } from '../engines/engine.js';
import { createEngine } from '../engines/create-engine.js';
import { optimiserOf, runTrainingLoop } from '../loop/loop.js';
import type { CheckpointPlace } from '../loop/loop-state.js';
import { inputWidth, type ModelSpec } from '../network/model-spec.js';
import { OPTIMISER_TYPES } from '../network/optimiser.js';
import { RandomStream } from '@ktrdr/statistics';
import type { DataPart } from '../data/data-parts.js';
import type { LoopRequest, LoopResult, LoopSettings } from '../loop/loop-request.js';

const IDENTITY: RunIdentity = {
  strategy: 'strategy',
  settings: 'settings',
  bars: 'bars',
  model: 'model',
  engine: 'onnx',
  seed: 1,
  code: 'code',
};
const ENGINE: EngineChoice = { engine: 'onnx', device: 'cpu', rejected: [], times: [] };
const clock = { now: () => performance.now() };

let directory: string;
let runs = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-resume-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Stops at a given call, like a cancel between two calls of the engine. */
interface Stop {
  /** Batches after which it stops; those of one call stop together. */
  after: number;
  controller: AbortController;
}

/** An engine that takes `atOnce` batches a call, and stops. */
function counting(engine: Engine, atOnce: number, stop: Stop | null): Engine {
  let batches = 0;
  return {
    name: engine.name,
    device: engine.device,
    init: (setup) => engine.init(setup),
    stepsAtOnce: () => atOnce,
    step: async (taken) => {
      const results = await engine.step(taken);
      batches += taken.count;
      if (stop !== null && batches >= stop.after) stop.controller.abort();
      return results;
    },
    predict: (features) => engine.predict(features),
    getState: () => engine.getState(),
    setState: (state) => engine.setState(state),
    dispose: () => engine.dispose(),
  };
}

interface Attempt {
  engine?: EngineName;
  request: Omit<LoopRequest, 'engine' | 'signal' | 'clock' | 'callbacks'>;
  atOnce: number;
  stopAfter: number | null;
  files: CheckpointFiles;
  resume: boolean;
}

function networkIn({ model, settings }: Pick<LoopRequest, 'model' | 'settings'>): CheckpointNetwork {
  return networkOf(model, optimiserOf(settings), settings.epochs);
}

/** One attempt; `null` if it was stopped. */
async function attempt({
  engine: name = 'onnx',
  request,
  atOnce,
  stopAfter,
  files,
  resume,
}: Attempt): Promise<LoopResult | null> {
  const controller = new AbortController();
  const engine = await createEngine(name);
  const from = resume ? (await files.read(IDENTITY, networkIn(request))).checkpoint : null;
  const checkpoints = new PeriodicCheckpoints({
    files,
    identity: IDENTITY,
    engine: { ...ENGINE, rejected: [] },
    everyMs: 2_000,
    bytes: 0,
    from,
    clock,
    onWritten: () => {},
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
  try {
    return await runTrainingLoop({
      ...request,
      engine: counting(engine, atOnce, stopAfter === null ? null : { after: stopAfter, controller }),
      signal: controller.signal,
      clock,
      callbacks: [],
      from: checkpoints.stateOf(0),
      checkpoints: checkpoints.member(0),
    });
  } catch (error) {
    if ((error as Error).name !== 'TrainingCancelledError') throw error;
    await checkpoints.keep();
    return null;
  } finally {
    engine.dispose();
  }
}

const BARS = 40;
/** Rows of the training part: three full batches of eight and one of three. */
const ROWS = 27;
const BATCHES = 4;
const EPOCHS = 3;

function part(model: ModelSpec, rows: number, seed: number): DataPart {
  const random = RandomStream.derive(seed, 'test data');
  const first = inputWidth(model) / model.inputs - 1;
  return {
    features: Float32Array.from({ length: BARS * model.inputs }, () => 2 * random.uniform() - 1),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => first + (row % (BARS - first))),
    targets:
      model.outputs === 1
        ? Float32Array.from({ length: rows }, () => 2 * random.uniform() - 1)
        : Int32Array.from({ length: rows }, () => Math.floor(3 * random.uniform())),
    weights: seed % 2 === 0 ? null : Float32Array.from({ length: rows }, () => 0.5 + random.uniform()),
  };
}

/** Engines with the models that they train. */
const KINDS: { engine: EngineName; type: ModelSpec['type'] }[] = [
  { engine: 'onnx', type: 'mlp' },
  { engine: 'wasm', type: 'mlp' },
  { engine: 'onnx', type: 'cnn' },
  { engine: 'onnx', type: 'lstm' },
  { engine: 'onnx', type: 'gru' },
  { engine: 'tensorflow-js', type: 'mlp' },
];

function modelOf(type: ModelSpec['type'], dropout: number): ModelSpec {
  const layers = [{ units: 4, activation: 'tanh', dropout } as const];
  switch (type) {
    case 'mlp':
      return { type, inputs: 3, layers, outputs: 3 };
    case 'cnn':
      return {
        type,
        inputs: 2,
        sequenceLength: 6,
        filters: [3],
        kernelSize: 3,
        poolSize: 2,
        activation: 'relu',
        layers,
        outputs: 3,
      };
    default:
      return { type, inputs: 2, sequenceLength: 3, hiddenSize: 3, layers: 1, dropout, outputs: 3 };
  }
}

const settings: fc.Arbitrary<LoopSettings> = fc.record({
  epochs: fc.constant(EPOCHS),
  batchSize: fc.constant(8),
  learningRate: fc.constantFrom(0.01, 0.1),
  optimizer: fc.constantFrom(...OPTIMISER_TYPES),
  weightDecay: fc.constantFrom(0, 1e-3),
  gradientClip: fc.constantFrom(null, 0.5),
  loss: fc.constantFrom<LoopSettings['loss']>(
    { type: 'cross_entropy' },
    { type: 'focal', gamma: 2 },
    { type: 'mse' },
    { type: 'huber', delta: 0.3 },
  ),
  earlyStopping: fc.constantFrom<LoopSettings['earlyStopping']>(null, {
    patience: 2,
    minDelta: 0.01,
    monitor: 'val_loss',
  }),
  learningRateSchedule: fc.constantFrom<LoopSettings['learningRateSchedule']>(
    null,
    { type: 'step', stepSize: 2, gamma: 0.5 },
    { type: 'exponential', gamma: 0.9 },
    { type: 'cosine' },
    { type: 'reduce_on_plateau', factor: 0.5, patience: 0 },
  ),
  classWeights: fc.boolean(),
});

const bytes = (values: Float32Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** The whole result except its times. */
function outcome({ state, parameters, ...result }: LoopResult): unknown {
  const { sums, engine, ...where } = state;
  return {
    ...result,
    elapsed: 0,
    weights: bytes(parameters).toString('hex'),
    where: { ...where, elapsed: 0, sums: { ...sums, duration: 0 }, step: engine.step },
    engine: [engine.parameters, ...engine.moments].map((values) => bytes(values).toString('hex')),
  };
}

describe('a training that was stopped and resumed', () => {
  test(
    'at any batch gives the same bytes as a training without the stop',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            kind: fc.constantFrom(...KINDS),
            dropout: fc.constantFrom(0, 0.4),
            settings,
            seed: fc.nat(2 ** 31),
            stops: fc.array(fc.integer({ min: 1, max: BATCHES * EPOCHS }), { minLength: 1, maxLength: 3 }),
            atOnce: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 5, maxLength: 5 }),
          }),
          async ({ kind: { engine, type }, dropout, settings, seed, stops, atOnce }) => {
            const classes = modelOf(type, dropout);
            const isRegression = settings.loss.type === 'mse' || settings.loss.type === 'huber';
            const model = isRegression ? { ...classes, outputs: 1 } : classes;
            const request = {
              model,
              settings,
              train: part(model, ROWS, seed),
              validation: part(model, 9, seed + 1),
              seed,
              gradientNorms: false,
            };
            runs += 1;
            const files = new CheckpointFiles(join(directory, `run${runs}`));
            const base = { engine, request, files };
            const never = await attempt({ ...base, atOnce: atOnce[0]!, stopAfter: null, resume: false });
            let stopped: LoopResult | null = null;
            for (const [index, stopAfter] of [...stops, null].entries()) {
              // a run that ended before its stop has nothing to resume
              if (stopped !== null) break;
              stopped = await attempt({ ...base, atOnce: atOnce[index + 1]!, stopAfter, resume: index > 0 });
            }
            expect(outcome(stopped!)).toEqual(outcome(never!));
          },
        ),
        { numRuns: propertyRuns() },
      );
    },
    10_000 + 500 * propertyRuns(),
  );

  test('after its last epoch ends immediately with the same result', async () => {
    const model = modelOf('mlp', 0.4);
    const [first] = fc.sample(settings, { numRuns: 1, seed: 1 });
    const request = {
      model,
      settings: { ...first!, loss: { type: 'cross_entropy' as const } },
      train: part(model, ROWS, 1),
      validation: part(model, 9, 2),
      seed: 5,
      gradientNorms: true,
    };
    const files = new CheckpointFiles(join(directory, 'ended'));
    const done = (await attempt({ request, files, atOnce: 1, stopAfter: null, resume: false }))!;
    const engine = { ...ENGINE, rejected: [] };
    const states = [{ index: 0, state: done.state }];
    await files.write({ identity: IDENTITY, engine, states, finished: null, elapsed: done.elapsed });
    const again = (await attempt({ request, files, atOnce: 1, stopAfter: 1, resume: true }))!;
    expect(outcome(again)).toEqual(outcome(done));
    expect(again.elapsed).toBeGreaterThanOrEqual(done.elapsed);
  });
});

test('a training that diverges names its last good checkpoint and writes no later one', async () => {
  const model = modelOf('mlp', 0);
  const files = new CheckpointFiles(join(directory, 'diverged'));
  const engine = await createEngine('onnx');
  const limited = counting(engine, 1, null);
  let [batches, now] = [0, 0];
  const written: CheckpointPlace[] = [];
  const ticking = { now: () => (now += 1_000) };
  const request = { model, settings: fc.sample(settings, { numRuns: 1, seed: 1 })[0]! };
  const running = runTrainingLoop({
    ...request,
    train: part(model, ROWS, 1),
    validation: part(model, 9, 2),
    engine: {
      ...limited,
      step: async (taken) => {
        const results = await limited.step(taken);
        batches += 1;
        return batches < 7 ? results : results.map((result) => ({ ...result, loss: Number.NaN }));
      },
    },
    seed: 5,
    signal: new AbortController().signal,
    clock: ticking,
    gradientNorms: false,
    callbacks: [],
    checkpoints: new PeriodicCheckpoints({
      files,
      identity: IDENTITY,
      engine: { ...ENGINE, rejected: [] },
      everyMs: 2_000,
      bytes: 0,
      from: null,
      clock: { now: () => performance.now() + now },
      onWritten: ([member]) => {
        const { epoch, batch } = member!.state;
        written.push({ epoch, batch });
      },
      onProblem: () => {},
    }).member(0),
  });
  const error = await running.catch((thrown: unknown) => thrown as KtrdrError);
  engine.dispose();
  const last = written.at(-1);
  expect(last).toBeDefined();
  expect(error).toMatchObject({
    code: 'loss_not_finite',
    message: expect.stringContaining(
      `The last good checkpoint is of epoch ${last?.epoch}, batch ${last?.batch}.`,
    ),
    details: { epoch: 2, batch: 3, last_checkpoint: last },
  });
  const { checkpoint } = await files.read(IDENTITY, networkIn(request));
  expect(checkpoint.states[0]!.state).toMatchObject(last!);
});
