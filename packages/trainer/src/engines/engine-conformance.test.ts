import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { initialParameters } from '../network/initial-parameters.js';
import { evaluateOutputs } from '../network/loss.js';
import { ACTIVATIONS, type ModelSpec } from '../network/model-spec.js';
import { momentCount, OPTIMISER_TYPES, type OptimiserSpec } from '../network/optimiser.js';
import { forLoss, joined, LOSSES, mlp, networks, randomBatches } from '../testing/networks.js';
import { checkEngineSupport, supportsModel } from './engine-support.js';
import type { Engine, EngineSetup, StepResult, TrainingBatches } from './engine.js';
import { createEngine } from './create-engine.js';

/** What every engine owes the loop; run for each engine that needs no native library of its own. */
const ENGINES: EngineName[] = ['onnx', 'wasm', 'tensorflow-js', 'tensorflow-wasm'];

function setup(model: ModelSpec, change: Partial<EngineSetup> = {}): EngineSetup {
  return {
    model,
    optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(model, 11),
    gradientNorms: true,
    ...change,
  };
}

async function step(engine: Engine, batch: TrainingBatches): Promise<StepResult> {
  const [result] = await engine.step(batch);
  return result!;
}

async function steps(engine: Engine, model: ModelSpec, from: number, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = from; i < from + count; i += 1) {
    losses.push((await step(engine, randomBatches(model, 33, i))).loss);
  }
  return losses;
}

/** All with an mlp; one with the others, whose graphs take longer to load. */
const optimisersOf = ({ type }: ModelSpec): readonly OptimiserSpec['type'][] =>
  type === 'mlp' ? OPTIMISER_TYPES : ['adam'];

const bytes = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

interface GradientError {
  worst: number;
  kinks: number;
  checked: number;
  largest: number;
}

function describeError({ worst, kinks, checked, largest }: GradientError): string {
  if (worst < 2e-3 && largest > 0.01 && kinks < 0.15 * checked) return 'right';
  return `off by ${worst} of ${largest}, ${kinks} kinks of ${checked}`;
}

/** Largest difference between the engine's gradient and difference quotients of its loss. */
async function gradientError(
  engine: Engine,
  given: EngineSetup,
  batch: TrainingBatches,
): Promise<GradientError> {
  await engine.init({ ...given, optimiser: { type: 'sgd', weightDecay: 0, gradientClip: null } });
  const start = await engine.getState();
  // No parameter at 0, where rectifiers have a kink.
  start.parameters = start.parameters.map((value, i) => value + 0.05 * Math.cos(i));
  await engine.setState(start);
  await engine.step(batch);
  // After one step from zero, the momentum is the gradient.
  const gradient = (await engine.getState()).moments[0]!;
  const loss = async (index: number, change: number): Promise<number> => {
    const parameters = start.parameters.slice();
    parameters[index]! += change;
    await engine.setState({ ...start, parameters });
    return (await step(engine, batch)).loss;
  };
  const middle = await loss(0, 0);
  const stride = Math.ceil(gradient.length / 60);
  const found = { worst: 0, kinks: 0, checked: 0, largest: Math.max(...gradient.map(Math.abs)) };
  for (let i = 0; i < gradient.length; i += stride) {
    const above = ((await loss(i, 0.001)) - middle) / 0.001;
    const below = (middle - (await loss(i, -0.001))) / 0.001;
    found.checked += 1;
    // A rectifier or a pool has its kink in between: no difference quotient is the derivative there.
    if (Math.abs(above - below) > 0.005) found.kinks += 1;
    else found.worst = Math.max(found.worst, Math.abs((above + below) / 2 - gradient[i]!));
  }
  return found;
}

describe.each(ENGINES)('engine %s', (name) => {
  let engine: Engine;
  const warn = jest.spyOn(console, 'warn');
  const supported = (activation: (typeof ACTIVATIONS)[number], dropout: number): ModelSpec[] =>
    networks(activation, dropout).filter((model) => supportsModel(name, model.type));

  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => {
    engine.dispose();
    warn.mockRestore();
  });

  test.each(ACTIVATIONS)('gradients agree with finite differences (%s)', async (activation) => {
    // a recurrent network has activations of its own, so it is the same for each of these
    const differs = ({ type }: ModelSpec): boolean =>
      activation === ACTIVATIONS[0] || (type !== 'lstm' && type !== 'gru');
    for (const network of supported(activation, 0.3).filter(differs)) {
      for (const loss of LOSSES) {
        const model = forLoss(network, loss);
        const error = await gradientError(engine, setup(model, { loss }), randomBatches(model, 7, 5));
        expect(`${model.type} ${loss.type}: ${describeError(error)}`).toBe(
          `${model.type} ${loss.type}: right`,
        );
      }
    }
  });

  test('gives the same bytes twice, and the same after a restart from its state', async () => {
    for (const model of supported('relu', 0.2)) {
      for (const type of optimisersOf(model)) {
        const strict = setup(model, { optimiser: { type, weightDecay: 1e-3, gradientClip: 0.5 } });
        await engine.init(strict);
        await steps(engine, model, 0, 6);
        const first = await engine.getState();

        await engine.init(strict);
        await steps(engine, model, 0, 3);
        const middle = await engine.getState();
        await engine.init({ ...strict, parameters: new Float32Array(strict.parameters.length) });
        await engine.setState(middle);
        await steps(engine, model, 3, 3);
        const second = await engine.getState();

        expect(second.step).toBe(6);
        expect(bytes(second.parameters)).toBe(bytes(first.parameters));
        expect(second.moments).toHaveLength(momentCount(strict.optimiser));
        expect(second.moments.map(bytes)).toEqual(first.moments.map(bytes));
        expect(bytes(first.parameters)).not.toBe(bytes(strict.parameters));
      }
    }
  });

  test('gives the same bytes however batches are grouped into calls', async () => {
    for (const model of supported('relu', 0.2)) {
      for (const type of optimisersOf(model)) {
        const given = setup(model, { optimiser: { type, weightDecay: 1e-3, gradientClip: 0.5 } });
        const batches = Array.from({ length: 7 }, (_, i) => randomBatches(model, 16, i));
        await engine.init(given);
        const singly: StepResult[] = [];
        for (const batch of batches) singly.push(await step(engine, batch));
        const first = await engine.getState();

        await engine.init(given);
        const grouped = await engine.step(joined(batches.slice(0, 4)));
        grouped.push(...(await engine.step(joined(batches.slice(4)))));
        const second = await engine.getState();
        expect(grouped).toEqual(singly);
        expect(bytes(second.parameters)).toBe(bytes(first.parameters));
        expect(second.moments.map(bytes)).toEqual(first.moments.map(bytes));
      }
    }
  });

  test('learns XOR', async () => {
    const model: ModelSpec = {
      type: 'mlp',
      inputs: 2,
      layers: [{ units: 8, activation: 'tanh', dropout: 0 }],
      outputs: 2,
    };
    const features = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
    const targets = Int32Array.of(0, 1, 1, 0);
    await engine.init(setup(model, { parameters: initialParameters(model, 1) }));
    const batch = { count: 1, features, targets, weights: null, masks: [], learningRate: 0.05 };
    for (let i = 0; i < 200; i += 1) await engine.step(batch);
    const { loss, accuracy } = evaluateOutputs(await engine.predict(features), targets, {
      type: 'cross_entropy',
      classWeights: null,
    });
    expect(accuracy).toBe(1);
    expect(loss).toBeLessThan(0.05);
  });

  test('states are copies: changing them does not change the engine', async () => {
    const given = setup(mlp('relu'));
    await engine.init(given);
    given.parameters.fill(0);
    const state = await engine.getState();
    const before = bytes(state.parameters);
    state.parameters.fill(0);
    expect(bytes((await engine.getState()).parameters)).toBe(before);
  });

  test('masks apply in a step but not in a prediction', async () => {
    for (const model of supported('sigmoid', 0.5)) {
      const given = setup(model);
      await engine.init(given);
      const batch = randomBatches(model, 40, 1);
      const kept = { ...batch, masks: batch.masks.map((mask) => new Float32Array(mask.length).fill(1)) };
      const outputs = await engine.predict(batch.features);
      const predicted = evaluateOutputs(outputs, batch.targets, given.loss).loss;
      const start = await engine.getState();
      const withMasks = (await step(engine, batch)).loss;
      await engine.setState(start);
      const withoutMasks = (await step(engine, kept)).loss;
      expect(withoutMasks).toBeCloseTo(predicted, 5);
      expect(Math.abs(withMasks - predicted)).toBeGreaterThan(1e-4);
    }
  });

  test('a large batch is trained as a whole', async () => {
    const model = mlp('tanh');
    await engine.init(setup(model));
    const start = await engine.getState();
    const half = randomBatches(model, 450, 3);
    const twice = { ...joined([half, half]), count: 1 };
    const one = await step(engine, half);
    await engine.setState(start);
    const two = await step(engine, twice);
    expect(two.loss).toBeCloseTo(one.loss, 5);
    expect(two.correct).toBe(2 * one.correct);
    expect(two.gradientNorm).toBeCloseTo(one.gradientNorm!, 5);
  });

  test('a row with weight 2 counts twice, a row with weight 0 does not count', async () => {
    const model = mlp('relu');
    await engine.init(setup(model));
    const start = await engine.getState();
    const batch = randomBatches(model, 4, 2);
    const weighted = await step(engine, { ...batch, weights: Float32Array.of(2, 1, 0, 1) });
    await engine.setState(start);
    const row = (index: number): number[] => [...batch.features.subarray(index * 5, index * 5 + 5)];
    const repeated = await step(engine, {
      ...batch,
      features: Float32Array.from([...row(0), ...row(0), ...row(1), ...row(3)]),
      targets: Int32Array.from([0, 0, 1, 3], (index) => batch.targets[index]!),
    });
    expect(weighted.loss).toBeCloseTo(repeated.loss, 5);
    expect(weighted.gradientNorm).toBeCloseTo(repeated.gradientNorm!, 5);
  });

  test('if all classes have weight 0, nothing changes', async () => {
    const model = mlp('relu');
    const classWeights = Float32Array.of(0, 0, 0);
    await engine.init(setup(model, { loss: { type: 'cross_entropy', classWeights } }));
    const before = bytes((await engine.getState()).parameters);
    expect(await step(engine, randomBatches(model, 9, 1))).toMatchObject({ loss: 0, gradientNorm: 0 });
    expect(bytes((await engine.getState()).parameters)).toBe(before);
  });

  test('clips also if norms are not requested', async () => {
    const model = mlp('relu');
    const optimiser = { type: 'sgd', weightDecay: 0, gradientClip: 1e-3 } as const;
    await engine.init(setup(model, { optimiser, gradientNorms: false }));
    expect((await step(engine, randomBatches(model, 9, 1))).gradientNorm).toBeNull();
    const [momentum] = (await engine.getState()).moments;
    expect(Math.hypot(...momentum!)).toBeCloseTo(1e-3, 7);
  });

  test('the outputs of a row do not depend on the other rows', async () => {
    for (const model of supported('relu', 0)) {
      await engine.init(setup(model));
      const { features } = randomBatches(model, 64, 2);
      const width = features.length / 64;
      const all = await engine.predict(features);
      const some = await engine.predict(features.slice(-5 * width));
      all.slice(-5 * 3).forEach((value, index) => expect(some[index]).toBeCloseTo(value, 5));
    }
  });

  test('refuses a model that it cannot train', async () => {
    for (const model of networks('relu', 0)) {
      if (supportsModel(name, model.type)) continue;
      expect(() => checkEngineSupport(name, model.type)).toThrow(
        `cannot train a model of type ${model.type}`,
      );
      await expect(engine.init(setup(model))).rejects.toMatchObject({ code: 'engine_unsupported' });
    }
  });

  test('prints nothing', () => {
    expect(warn).not.toHaveBeenCalled();
  });

  test('refuses to work without a setup', async () => {
    engine.dispose();
    await expect(async () => engine.predict(new Float32Array(5))).rejects.toThrow(
      'before init or after dispose',
    );
  });
});

describe('the engines agree within 1e-4 over 50 steps', () => {
  test.each(OPTIMISER_TYPES)('with %s, for every loss', async (type) => {
    for (const loss of LOSSES) {
      const model = forLoss(mlp('leaky_relu', 0.2), loss);
      const optimiser = { type, weightDecay: 1e-4, gradientClip: 1 };
      const curves: number[][] = [];
      for (const name of ENGINES) {
        const engine = await createEngine(name);
        await engine.init(setup(model, { optimiser, loss }));
        curves.push(await steps(engine, model, 0, 50));
        engine.dispose();
      }
      const [first, ...others] = curves;
      for (const curve of others) {
        const worst = Math.max(...curve.map((value, at) => Math.abs(value / first![at]! - 1)));
        expect(`${loss.type} ${worst < 1e-4 ? 'agrees' : worst}`).toBe(`${loss.type} agrees`);
      }
    }
  });
});

test.each(['tensorflow-js', 'tensorflow-wasm'] as const)('%s leaves no tensor behind', async (name) => {
  const engine = await createEngine(name);
  const model = mlp('relu', 0.2);
  await engine.init(setup(model));
  await steps(engine, model, 0, 1);
  const before = tf.memory().numTensors;
  await steps(engine, model, 1, 5);
  await engine.predict(randomBatches(model, 30, 1).features);
  expect(tf.memory().numTensors).toBe(before);
});

test('an engine that another one has replaced reports it', async () => {
  const first = await createEngine('tensorflow-js');
  await first.init(setup(mlp('relu')));
  await createEngine('tensorflow-wasm');
  await expect(async () => first.predict(new Float32Array(5))).rejects.toThrow('has replaced');
});
