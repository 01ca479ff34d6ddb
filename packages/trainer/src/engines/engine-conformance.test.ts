import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { initialParameters } from '../initial-parameters.js';
import { ACTIVATIONS, dropoutLayers, type Activation, type ModelSpec } from '../model-spec.js';
import { RandomStream } from '../random.js';
import type { Engine, EngineSetup, TrainingBatch } from './engine.js';
import { createEngine } from './select-engine.js';

/** What every engine owes the loop; run for each engine that needs no native library. */
const ENGINES: EngineName[] = ['tensorflow-js', 'tensorflow-wasm'];

function network(activation: Activation, dropout = 0): ModelSpec {
  return {
    type: 'mlp',
    inputs: 5,
    layers: [
      { units: 9, activation, dropout },
      { units: 6, activation, dropout: 0 },
      { units: 4, activation, dropout },
    ],
    outputs: 3,
  };
}

function setup(model: ModelSpec, change: Partial<EngineSetup> = {}): EngineSetup {
  return {
    model,
    optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(model, 11),
    ...change,
  };
}

function randomBatch(model: ModelSpec, rows: number, seed: number): TrainingBatch {
  const random = RandomStream.derive(seed, 'test');
  return {
    features: Float32Array.from({ length: rows * model.inputs }, () => 2 * random.uniform() - 1),
    labels: Int32Array.from({ length: rows }, () => Math.floor(random.uniform() * model.outputs)),
    masks: dropoutLayers(model).map((layer) => {
      const mask = new Float32Array(rows * layer.units);
      random.fillDropoutMask(mask, layer.rate);
      return mask;
    }),
    learningRate: 0.01,
  };
}

async function steps(engine: Engine, model: ModelSpec, from: number, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = from; i < from + count; i += 1)
    losses.push((await engine.step(randomBatch(model, 33, i))).loss);
  return losses;
}

const bytes = (values: Float32Array): string => Buffer.from(values.buffer).toString('hex');

describe.each(ENGINES)('engine %s', (name) => {
  let engine: Engine;
  const warn = jest.spyOn(console, 'warn');

  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => {
    engine.dispose();
    warn.mockRestore();
  });

  test.each(ACTIVATIONS)(
    'its gradient is that of finite differences (%s, dropout, class weights)',
    async (activation) => {
      const model = network(activation, 0.3);
      const classWeights = Float32Array.of(0.5, 1, 1.5);
      await engine.init(setup(model, { loss: { type: 'cross_entropy', classWeights } }));
      const start = await engine.getState();
      // No parameter at 0, where rectifiers have a kink.
      start.parameters = start.parameters.map((value, i) => value + 0.05 * Math.cos(i));
      const batch = randomBatch(model, 7, 5);
      await engine.setState(start);
      await engine.step(batch);
      // After one step from zero, Adam's first moment is a tenth of the gradient.
      const gradient = (await engine.getState()).moments[0]!.map((value) => value * 10);

      const loss = async (index: number, change: number): Promise<number> => {
        const parameters = start.parameters.slice();
        parameters[index]! += change;
        await engine.setState({ ...start, parameters });
        return (await engine.step(batch)).loss;
      };
      const middle = await loss(0, 0);
      let worst = 0;
      let kinks = 0;
      for (let i = 0; i < start.parameters.length; i += 1) {
        const above = ((await loss(i, 0.003)) - middle) / 0.003;
        const below = (middle - (await loss(i, -0.003))) / 0.003;
        // A rectifier has its kink in between: no difference quotient is the derivative there.
        if (Math.abs(above - below) > 0.003) kinks += 1;
        else worst = Math.max(worst, Math.abs((above + below) / 2 - gradient[i]!));
      }
      expect(Math.max(...gradient)).toBeGreaterThan(0.02);
      expect(worst).toBeLessThan(5e-4);
      expect(kinks).toBeLessThan(0.1 * start.parameters.length);
    },
  );

  test('learns XOR', async () => {
    const model: ModelSpec = {
      type: 'mlp',
      inputs: 2,
      layers: [{ units: 8, activation: 'tanh', dropout: 0 }],
      outputs: 2,
    };
    const features = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
    const labels = Int32Array.of(0, 1, 1, 0);
    await engine.init(setup(model, { parameters: initialParameters(model, 1) }));
    for (let i = 0; i < 200; i += 1) await engine.step({ features, labels, masks: [], learningRate: 0.05 });
    const { loss, accuracy } = await engine.evaluate(features, labels);
    expect(accuracy).toBe(1);
    expect(loss).toBeLessThan(0.05);
  });

  test('gives the same bytes twice, and the same after a restart from its state', async () => {
    const model = network('relu', 0.2);
    const strict = setup(model, { optimiser: { type: 'adam', weightDecay: 1e-3, gradientClip: 0.5 } });
    await engine.init(strict);
    await steps(engine, model, 0, 8);
    const first = await engine.getState();

    await engine.init(strict);
    await steps(engine, model, 0, 4);
    const middle = await engine.getState();
    await engine.init(setup(model, { ...strict, parameters: new Float32Array(strict.parameters.length) }));
    await engine.setState(middle);
    await steps(engine, model, 4, 4);
    const second = await engine.getState();

    expect(second.step).toBe(8);
    expect(bytes(second.parameters)).toBe(bytes(first.parameters));
    expect(second.moments.map(bytes)).toEqual(first.moments.map(bytes));
    expect(bytes(first.parameters)).not.toBe(bytes(strict.parameters));
  });

  test('states are copies: what is done with them does not reach the engine', async () => {
    const model = network('relu');
    const given = setup(model);
    await engine.init(given);
    given.parameters.fill(0);
    const state = await engine.getState();
    const before = bytes(state.parameters);
    state.parameters.fill(0);
    expect(bytes((await engine.getState()).parameters)).toBe(before);
  });

  test('masks drop in a step, and nothing is dropped in an evaluation', async () => {
    const model = network('sigmoid', 0.5);
    await engine.init(setup(model));
    const batch = randomBatch(model, 40, 1);
    const kept = { ...batch, masks: batch.masks.map((mask) => new Float32Array(mask.length).fill(1)) };
    const evaluated = (await engine.evaluate(batch.features, batch.labels)).loss;
    const start = await engine.getState();
    const withMasks = (await engine.step(batch)).loss;
    await engine.setState(start);
    const withoutMasks = (await engine.step(kept)).loss;
    expect(withoutMasks).toBeCloseTo(evaluated, 6);
    expect(Math.abs(withMasks - evaluated)).toBeGreaterThan(1e-3);
  });

  test('a batch larger than what is computed at once counts whole', async () => {
    const model = network('tanh');
    await engine.init(setup(model));
    const start = await engine.getState();
    const half = randomBatch(model, 450, 3);
    const twice: TrainingBatch = {
      ...half,
      features: Float32Array.of(...half.features, ...half.features),
      labels: Int32Array.of(...half.labels, ...half.labels),
    };
    const one = await engine.step(half);
    await engine.setState(start);
    const two = await engine.step(twice);
    expect(two.loss).toBeCloseTo(one.loss, 6);
    expect(two.correct).toBe(2 * one.correct);
    expect(two.gradientNorm).toBeCloseTo(one.gradientNorm, 6);
  });

  test('class weights weigh the loss; evaluation says the same as the step', async () => {
    const model = network('relu');
    const classWeights = Float32Array.of(0, 1, 2);
    await engine.init(setup(model, { loss: { type: 'cross_entropy', classWeights } }));
    const batch = randomBatch(model, 20, 2);
    const logits = await engine.predict(batch.features);
    let sum = 0;
    let weights = 0;
    batch.labels.forEach((label, row) => {
      const z = Array.from(logits.subarray(row * 3, row * 3 + 3));
      sum -=
        classWeights[label]! * Math.log(Math.exp(z[label]!) / z.reduce((total, x) => total + Math.exp(x), 0));
      weights += classWeights[label]!;
    });
    expect((await engine.evaluate(batch.features, batch.labels)).loss).toBeCloseTo(sum / weights, 5);
    expect((await engine.step(batch)).loss).toBeCloseTo(sum / weights, 5);
  });

  test('many rows are predicted with pauses, in which the caller may stop it', async () => {
    const model = network('relu');
    await engine.init(setup(model));
    const { features } = randomBatch(model, 2500, 2);
    let pauses = 0;
    const logits = await engine.predict(features, async () => {
      pauses += 1;
    });
    expect(pauses).toBeGreaterThan(1);
    expect(bytes(logits.slice(-30))).toBe(bytes(await engine.predict(features.slice(-50))));
    const stop = (): Promise<void> => Promise.reject(new Error('stop'));
    await expect(engine.predict(features, stop)).rejects.toThrow('stop');
  });

  test('leaves no tensor behind', async () => {
    const model = network('relu', 0.2);
    await engine.init(setup(model));
    await steps(engine, model, 0, 1);
    const before = tf.memory().numTensors;
    await steps(engine, model, 1, 5);
    const batch = randomBatch(model, 30, 1);
    await engine.evaluate(batch.features, batch.labels);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is silent', () => {
    expect(warn).not.toHaveBeenCalled();
  });

  test('refuses to work without a setup', async () => {
    engine.dispose();
    await expect(async () => engine.predict(new Float32Array(5))).rejects.toThrow(
      'before init or after dispose',
    );
  });
});

test('the engines agree within 1e-4 over 50 steps', async () => {
  const model = network('leaky_relu', 0.2);
  const losses: number[][] = [];
  for (const name of ENGINES) {
    const engine = await createEngine(name);
    await engine.init(setup(model, { optimiser: { type: 'adam', weightDecay: 1e-4, gradientClip: 1 } }));
    losses.push(await steps(engine, model, 0, 50));
    engine.dispose();
  }
  losses[0]!.forEach((loss, step) => expect(Math.abs(losses[1]![step]! / loss - 1)).toBeLessThan(1e-4));
});

test('an engine whose place another one took says so', async () => {
  const first = await createEngine('tensorflow-js');
  await first.init(setup(network('relu')));
  await createEngine('tensorflow-wasm');
  await expect(async () => first.predict(new Float32Array(5))).rejects.toThrow('took the place');
});
