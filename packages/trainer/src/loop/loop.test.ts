import { describe, expect, test } from '@jest/globals';
import type { EpochEnd, TrainingCallback } from './training-callback.js';
import type { Engine, StepResult } from '../engines/engine.js';
import { createEngine } from '../engines/create-engine.js';
import { evaluatePart } from './evaluate-part.js';
import { runTrainingLoop } from './loop.js';
import type { ModelSpec } from '../network/model-spec.js';
import { RandomStream } from '@ktrdr/statistics';
import type { DataPart } from '../data/data-parts.js';
import type { LoopRequest, LoopSettings } from './loop-request.js';

const model: ModelSpec = {
  type: 'mlp',
  inputs: 4,
  layers: [{ units: 16, activation: 'relu', dropout: 0.1 }],
  outputs: 3,
};

const settings: LoopSettings = {
  epochs: 6,
  batchSize: 32,
  learningRate: 0.02,
  optimizer: 'adam',
  weightDecay: 1e-4,
  gradientClip: 1,
  loss: { type: 'cross_entropy' },
  earlyStopping: null,
  learningRateSchedule: null,
  classWeights: true,
};

/** Three classes that planes tell apart. */
function separable(rows: number, seed: number): DataPart {
  const random = RandomStream.derive(seed, 'test data');
  const features = Float32Array.from({ length: rows * 4 }, () => 2 * random.uniform() - 1);
  const targets = Int32Array.from({ length: rows }, (_, row) => {
    const [a, b] = features.subarray(row * 4, row * 4 + 2);
    return a! + b! > 0.4 ? 0 : a! - b! > 0.2 ? 1 : 2;
  });
  return part(features, targets);
}

/** Rows that see one bar each. */
function part(features: Float32Array, targets: Int32Array): DataPart {
  return { features, windowEnds: Int32Array.from(targets.keys()), targets, weights: null };
}

async function run(change: Partial<LoopRequest> = {}): ReturnType<typeof runTrainingLoop> {
  const engine = change.engine ?? (await createEngine('onnx'));
  return runTrainingLoop({
    model,
    settings,
    train: separable(500, 1),
    validation: separable(200, 2),
    engine,
    seed: 42,
    signal: new AbortController().signal,
    clock: { now: () => Date.now() },
    gradientNorms: true,
    callbacks: [],
    ...change,
  });
}

const DONE: StepResult = { loss: 1, correct: 1, gradientNorm: 1 };

/** An engine that computes nothing; a test overrides what it needs. */
function fakeEngine(change: Partial<Engine> = {}): Engine {
  const state = () => ({ parameters: new Float32Array(4 * 16 + 16 + 16 * 3 + 3), moments: [], step: 0 });
  return {
    name: 'tensorflow-js',
    device: 'cpu',
    init: async () => {},
    stepsAtOnce: () => 1,
    step: async () => [DONE],
    predict: async (features) => new Float32Array((features.length / 4) * 3),
    getState: async () => state(),
    setState: async () => {},
    dispose: () => {},
    ...change,
  };
}

describe('runTrainingLoop', () => {
  test('learns separable classes and reports the result', async () => {
    const epochs: EpochEnd[] = [];
    const callback: TrainingCallback = {
      onEpochEnd: (end) => {
        epochs.push(end);
        return undefined;
      },
    };
    const result = await run({ settings: { ...settings, epochs: 20 }, callbacks: [callback] });
    expect(result.history.valAccuracy.at(-1)).toBeGreaterThan(0.93);
    expect(result.history.trainLoss.at(-1)).toBeLessThan(0.4);
    expect(result).toMatchObject({
      epochsTrained: 20,
      earlyStopped: false,
      stoppingReason: 'all 20 epochs done',
      finalLearningRate: 0.02,
    });
    expect(epochs[0]).toMatchObject({ epoch: 1, batches: 16, rows: 500, stopping: null });
    expect(epochs[0]!.gradientNormMax).toBeGreaterThanOrEqual(epochs[0]!.gradientNormMean);
  });

  test('the same seed gives the same weights bit for bit; another seed gives others', async () => {
    const [one, two, other] = [await run(), await run(), await run({ seed: 43 })];
    expect(Buffer.from(two.parameters.buffer).equals(Buffer.from(one.parameters.buffer))).toBe(true);
    expect(two.history).toEqual(one.history);
    expect(Buffer.from(other.parameters.buffer).equals(Buffer.from(one.parameters.buffer))).toBe(false);
  });

  test('the seed determines initial weights, order of rows and masks', async () => {
    /** What the engine is given first. */
    const given = async (seed: number) => {
      const seen: Float32Array[] = [];
      const engine = fakeEngine({
        init: async ({ parameters }) => void seen.push(parameters.slice()),
        step: async ({ features, masks }) => {
          if (seen.length === 1) seen.push(features.slice(), masks[0]!.slice());
          return [DONE];
        },
      });
      await run({ engine, seed, settings: { ...settings, epochs: 1 } });
      const [weights, features, mask] = seen;
      return { weights, features, mask };
    };
    const [one, two, other] = [await given(42), await given(42), await given(43)];
    expect(two).toEqual(one);
    expect(other.weights).not.toEqual(one.weights);
    expect(other.features).not.toEqual(one.features);
    expect(other.mask).not.toEqual(one.mask);
  });

  test('the engine ends with the weights of the lowest validation loss', async () => {
    const engine = await createEngine('onnx');
    const validation = separable(200, 2);
    const result = await run({ engine, validation, settings: { ...settings, learningRate: 0.5, epochs: 8 } });
    const lowest = Math.min(...result.history.valLoss);
    expect(result.history.valLoss[result.bestEpoch - 1]).toBe(lowest);
    expect(result.bestEpoch).toBeLessThan(8);
    expect((await evaluatePart(engine, model, result.loss, validation)).loss).toBe(lowest);
    expect((await engine.getState()).parameters).toEqual(result.parameters);
  });

  test('every epoch contains every row once in another order; the last batch has the remaining rows', async () => {
    const seen: number[][] = [];
    const train = part(
      Float32Array.from({ length: 70 * 4 }, (_, i) => Math.floor(i / 4)),
      Int32Array.from({ length: 70 }, (_, row) => row % 3),
    );
    const engine = fakeEngine({
      step: async ({ features, targets, masks }) => {
        const rows = Array.from(targets, (_, i) => features[i * 4]!);
        rows.forEach((row, i) => expect(targets[i]).toBe(row % 3));
        expect(masks[0]).toHaveLength(targets.length * 16);
        seen.push(rows);
        return [DONE];
      },
    });
    await run({ engine, train, settings: { ...settings, epochs: 2 } });
    expect(seen.map((batch) => batch.length)).toEqual([32, 32, 6, 32, 32, 6]);
    const epochs = [seen.slice(0, 3).flat(), seen.slice(3).flat()];
    const all = Array.from({ length: 70 }, (_, row) => row);
    for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(all);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]).not.toEqual(all);
  });

  test('class weights come from the training labels and can be switched off', async () => {
    const train = part(new Float32Array(16), Int32Array.of(0, 0, 0, 1));
    expect((await run({ engine: fakeEngine(), train })).loss).toEqual({
      type: 'cross_entropy',
      classWeights: Float32Array.of(0.75, 2.25, 0),
    });
    const off = { ...settings, classWeights: false };
    const { loss } = await run({ engine: fakeEngine(), train, settings: off });
    expect(loss).toEqual({ type: 'cross_entropy', classWeights: null });
  });

  test('the learning rate follows its schedule', async () => {
    const rates: number[] = [];
    const engine = fakeEngine({
      step: async ({ learningRate }) => {
        rates.push(learningRate);
        return [DONE];
      },
    });
    const learningRateSchedule = { type: 'exponential', gamma: 0.5 } as const;
    const result = await run({
      engine,
      settings: { ...settings, epochs: 3, batchSize: 500, learningRate: 1, learningRateSchedule },
    });
    expect(rates).toEqual([1, 0.5, 0.25]);
    expect(result.finalLearningRate).toBe(0.25);
  });

  test('early stopping ends the training, and later callbacks get the reason', async () => {
    const stopping: (string | null)[] = [];
    const result = await run({
      engine: fakeEngine(),
      settings: { ...settings, earlyStopping: { patience: 2, minDelta: 0.001, monitor: 'val_loss' } },
      callbacks: [
        {
          onEpochEnd: (end) => {
            stopping.push(end.stopping);
            return undefined;
          },
        },
      ],
    });
    const reason =
      'early stopping: val_loss did not get better by 0.001 for 2 epochs after 1.0986 in epoch 1';
    expect(stopping).toEqual([null, null, reason]);
    expect(result).toMatchObject({
      epochsTrained: 3,
      earlyStopped: true,
      stoppingReason: reason,
      bestEpoch: 1,
    });
  });

  test('an abort ends the training within one batch', async () => {
    const controller = new AbortController();
    let steps = 0;
    const engine = fakeEngine({
      step: async () => {
        steps += 1;
        if (steps === 5) controller.abort();
        return [DONE];
      },
    });
    await expect(run({ engine, signal: controller.signal })).rejects.toMatchObject({
      name: 'TrainingCancelledError',
    });
    expect(steps).toBe(5);
  });

  test('timers and messages are processed during the training', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    // without them it would end by itself
    await expect(
      run({ signal: controller.signal, settings: { ...settings, epochs: 100_000 } }),
    ).rejects.toMatchObject({ name: 'TrainingCancelledError' });
  });

  test('a loss that is not finite ends the training and names epoch and batch', async () => {
    const features = new Float32Array(500 * 4).fill(3e38);
    await expect(run({ train: { ...separable(500, 1), features } })).rejects.toMatchObject({
      code: 'loss_not_finite',
      details: { epoch: 1, batch: 1 },
    });
  });

  test('an error in a callback ends the training', async () => {
    const callbacks = [{ onTrainEnd: () => Promise.reject(new Error('disk full')) }];
    await expect(run({ engine: fakeEngine(), callbacks })).rejects.toThrow('disk full');
  });
});
