import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { RandomStream } from '@ktrdr/statistics';
import fc from 'fast-check';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import type { RunIdentity } from '../checkpoints/checkpoint.js';
import { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import type { DataPart } from '../data/data-parts.js';
import { createEngine } from '../engines/create-engine.js';
import type { Engine } from '../engines/engine.js';
import { optimiserOf } from '../loop/loop.js';
import type { LoopSettings } from '../loop/loop-request.js';
import { OwnLane } from '../members/lane.js';
import { type MemberHooks, type MemberTask, trainMember } from '../members/member.js';
import { evaluateOutputs } from '../network/loss.js';
import { networkOf } from '../checkpoints/checkpoint-header.js';
import type { ModelSpec } from '../network/model-spec.js';
import { seedsFrom, trainSeeds, type TrainedSeed } from './train-seeds.js';

const MODEL: ModelSpec = {
  type: 'mlp',
  inputs: 3,
  layers: [{ units: 4, activation: 'tanh', dropout: 0.3 }],
  outputs: 3,
};
const SETTINGS: LoopSettings = {
  epochs: 3,
  batchSize: 8,
  learningRate: 0.05,
  optimizer: 'adam',
  weightDecay: 0,
  gradientClip: null,
  loss: { type: 'cross_entropy' },
  earlyStopping: { patience: 1, minDelta: 0, monitor: 'val_loss' },
  learningRateSchedule: { type: 'exponential', gamma: 0.9 },
  classWeights: true,
};
/** Calls of an engine for one seed: 4 batches, 1 validation for each of 3 epochs, and 1 test. */
const CALLS = 16;
const IDENTITY: RunIdentity = {
  strategy: '',
  settings: '',
  bars: '',
  model: '',
  engine: 'onnx',
  seed: 1,
  code: '',
};
const clock = { now: () => performance.now() };

const RANDOM = RandomStream.derive(1, 'test data');
/** One array for all parts, as a run has it. */
const FEATURES = Float32Array.from({ length: 54 * 3 }, () => 2 * RANDOM.uniform() - 1);

function part(first: number, rows: number): DataPart {
  return {
    features: FEATURES,
    windowEnds: Int32Array.from({ length: rows }, (_, row) => first + row),
    targets: Int32Array.from({ length: rows }, () => Math.floor(3 * RANDOM.uniform())),
    weights: null,
  };
}

const NETWORK = networkOf(MODEL, optimiserOf(SETTINGS), SETTINGS.epochs, { seeds: 5 });
const PARTS = { train: part(0, 27), validation: part(27, 12), test: part(39, 15) };

let directory: string;
let engine: Engine;
let runs = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-seeds-'));
  engine = await createEngine('onnx');
});
afterAll(async () => {
  engine.dispose();
  await rm(directory, { recursive: true, force: true });
});

/** One attempt; `null` if it was stopped. @param stopAfter calls of the engine after which the attempt is cancelled */
async function attempt(
  seeds: readonly number[],
  files: CheckpointFiles,
  resume: boolean,
  stopAfter = Infinity,
): Promise<TrainedSeed | null> {
  const controller = new AbortController();
  const { signal } = controller;
  let calls = 0;
  const called = <T>(result: T): T => {
    calls += 1;
    if (calls >= stopAfter) controller.abort();
    return result;
  };
  const counting: Engine = {
    name: engine.name,
    device: engine.device,
    init: (setup) => engine.init(setup),
    stepsAtOnce: () => 1,
    step: async (taken) => called(await engine.step(taken)),
    predict: async (features) => called(await engine.predict(features)),
    getState: () => engine.getState(),
    setState: (state) => engine.setState(state),
    dispose: () => undefined,
  };
  try {
    return await attemptIn([new OwnLane({ engine: counting, clock })], seeds, files, resume, signal);
  } catch (error) {
    if ((error as Error).name !== 'TrainingCancelledError') throw error;
    return null;
  }
}

/** @throws as `trainSeeds` */
async function attemptIn(
  lanes: readonly [OwnLane, ...OwnLane[]],
  seeds: readonly number[],
  files: CheckpointFiles,
  resume = false,
  signal = new AbortController().signal,
): Promise<TrainedSeed> {
  const checkpoints = new PeriodicCheckpoints({
    files,
    identity: IDENTITY,
    engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
    // only where the attempt ends
    everyMs: 3_600_000,
    bytes: 0,
    from: resume ? (await files.read(IDENTITY, NETWORK)).checkpoint : null,
    clock,
    onWritten: () => {},
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
  return trainSeeds({
    seeds,
    task: {
      model: MODEL,
      settings: SETTINGS,
      train: PARTS.train,
      validation: PARTS.validation,
      gradientNorms: false,
      predict: { test: PARTS.test.windowEnds },
    },
    lanes,
    checkpoints,
    progress: { began: () => undefined, saw: () => undefined, finished: () => undefined },
    clock,
    signal,
    score: ({ outputs, loop: { loss, parameters } }) => {
      const score = evaluateOutputs(outputs.test, PARTS.test.targets, loss);
      return { ...score, netReturn: parameters[0]! };
    },
  });
}

const filesOf = (): CheckpointFiles => new CheckpointFiles(join(directory, `run${(runs += 1)}`));

/** Everything of a training but what time it took. */
function outcome({ seed, loop, result }: TrainedSeed): unknown {
  const { history, parameters, bestEpoch, epochsTrained, stoppingReason } = loop;
  return { seed, result, history, bestEpoch, epochsTrained, stoppingReason, weights: [...parameters] };
}

describe('a training with several seeds', () => {
  test('stores the model of the seed with the lowest validation loss: that of a training with this seed alone', async () => {
    const seeds = seedsFrom(7, 5);
    const trained = (await attempt(seeds, filesOf(), false))!;
    expect([...(await engine.getState()).parameters]).toEqual([...trained.loop.parameters]);
    const alone: TrainedSeed[] = [];
    for (const seed of seeds) alone.push((await attempt([seed], filesOf(), false))!);
    const lossOf = ({ loop }: TrainedSeed): number => loop.history.valLoss[loop.bestEpoch - 1]!;
    const best = alone.toSorted((a, b) => lossOf(a) - lossOf(b))[0]!;
    expect(outcome({ ...trained, result: null })).toEqual(outcome(best));
    const { seeds: results, test_accuracy: accuracy, test_loss: loss, net_return: money } = trained.result!;
    expect(results.map(({ seed, val_loss }) => [seed, val_loss])).toEqual(
      alone.map((one) => [one.seed, lossOf(one)]),
    );
    expect(results.filter(({ stored }) => stored).map(({ seed }) => seed)).toEqual([trained.seed]);
    const [accuracies, losses] = [
      results.map(({ test_accuracy }) => test_accuracy),
      results.map(({ test_loss }) => test_loss),
    ];
    expect(accuracy.mean).toBeCloseTo(accuracies.reduce((sum, value) => sum + value, 0) / 5);
    expect([accuracy.worst, loss.worst]).toEqual([Math.min(...accuracies), Math.max(...losses)]);
    expect(money!.worst).toBe(Math.min(...results.map(({ net_return }) => net_return!)));
    expect(trained.elapsed).toBeGreaterThan(trained.loop.elapsed);
  });

  test('that was stopped anywhere and resumed gives the same bytes as one without the stop', async () => {
    const never = new Map<number, TrainedSeed>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 2 * CALLS }), { minLength: 1, maxLength: 4 }),
        async (first, stops) => {
          const seeds = seedsFrom(first, 3);
          if (!never.has(first)) never.set(first, (await attempt(seeds, filesOf(), false))!);
          const files = filesOf();
          let ended: TrainedSeed | null = null;
          for (const [index, stopAfter] of [...stops, Infinity].entries()) {
            // one that ended before it was to be stopped has nothing to continue
            ended ??= await attempt(seeds, files, index > 0, stopAfter);
          }
          expect(outcome(ended!)).toEqual(outcome(never.get(first)!));
        },
      ),
      // each attempt writes to the disk
      { numRuns: Math.ceil(propertyRuns() / 5) },
    );
  });

  test('of equal validation losses stores the lowest seed', async () => {
    const trained = (await attempt([3, 3, 3], filesOf(), false))!;
    expect(trained.result!.seeds.map(({ stored }) => stored)).toEqual([true, false, false]);
    expect(trained.result!.test_accuracy.std).toBeCloseTo(0);
  });
});

test('the first seed that diverges is the error, whatever the number of lanes and the order in which they fail', async () => {
  const second = await createEngine('onnx');
  /** Batches after which a seed diverges. */
  const diverges = new Map([
    [21, 3],
    [22, 9],
    [23, 1],
  ]);
  const laneOf = (one: Engine): OwnLane => {
    const lane = new OwnLane({ engine: one, clock });
    return Object.assign(lane, {
      train: (task: MemberTask, hooks: MemberHooks) => {
        let steps = 0;
        const step: Engine['step'] = async (taken) => {
          const results = await one.step(taken);
          steps += 1;
          return steps < (diverges.get(task.seed) ?? Infinity)
            ? results
            : results.map((result) => ({ ...result, loss: Number.NaN }));
        };
        const engine = new Proxy(one, {
          get: (target, name) =>
            name === 'step'
              ? step
              : name === 'stepsAtOnce'
                ? () => 1
                : (Reflect.get(target, name) as (...values: unknown[]) => unknown).bind?.(target),
        });
        return trainMember(task, hooks, { engine, clock });
      },
    });
  };
  for (const lanes of [[laneOf(engine)], [laneOf(engine), laneOf(second)]] as [OwnLane, ...OwnLane[]][]) {
    const error = await attemptIn(lanes, seedsFrom(20, 5), filesOf()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'loss_not_finite',
      message: expect.stringContaining('Seed 21 (2 of 5): '),
    });
  }
  second.dispose();
});

test('seeds follow each other, and 0 follows the greatest', () => {
  expect(seedsFrom(4_294_967_294, 3)).toEqual([4_294_967_294, 4_294_967_295, 0]);
});
