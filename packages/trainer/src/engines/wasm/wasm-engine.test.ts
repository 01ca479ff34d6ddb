import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { initialParameters } from '../../network/initial-parameters.js';
import { evaluateOutputs, lossSums } from '../../network/loss.js';
import { ACTIVATIONS, type Activation, type MlpSpec } from '../../network/model-spec.js';
import { OPTIMISER_TYPES } from '../../network/optimiser.js';
import { forLoss, LOSSES, mlp, randomBatches } from '../../testing/networks.js';
import type { EngineSetup } from '../engine.js';
import { WasmEngine } from './wasm-engine.js';

let engine: WasmEngine;
beforeEach(() => {
  engine = new WasmEngine();
});

function setup(model: MlpSpec, change: Partial<EngineSetup> = {}): EngineSetup {
  return {
    model,
    optimiser: { type: 'sgd', weightDecay: 0, gradientClip: null },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(model, 3),
    gradientNorms: false,
    ...change,
  };
}

/** The engine's activation of each value: a network of one unit that changes nothing else. */
async function activated(activation: Activation, values: Float32Array): Promise<Float32Array> {
  const model: MlpSpec = {
    type: 'mlp',
    inputs: 1,
    layers: [{ units: 1, activation, dropout: 0 }],
    outputs: 1,
  };
  await engine.init(setup(model, { parameters: Float32Array.of(1, 0, 1, 0) }));
  return engine.predict(values);
}

/** Float32 values of both signs, equally many in each power of two from 2^-40 to 2^8. */
const RANGE = Float32Array.from({ length: 96_001 }, (_, index) => {
  const size = 2 ** ((index >> 1) / 1000 - 40);
  return index % 2 === 0 ? size : -size;
});

/** Largest difference from `expected` in units of the last place; sizes below 2^-51 count as 0. */
function worstUlps(found: Float32Array, expected: (value: number) => number): number {
  let worst = 0;
  RANGE.forEach((value, index) => {
    const right = expected(value);
    if (Math.abs(right) < 2 ** -50) {
      worst = Math.max(worst, Math.abs(found[index]!) < 2 ** -49 ? 0 : Number.POSITIVE_INFINITY);
    } else {
      const ulp = 2 ** (Math.floor(Math.log2(Math.abs(right))) - 23);
      worst = Math.max(worst, Math.abs(found[index]! - right) / ulp);
    }
  });
  return worst;
}

test('activations are exact within 5 units of the last place over the whole range', async () => {
  expect(worstUlps(await activated('tanh', RANGE), Math.tanh)).toBeLessThan(5);
  expect(worstUlps(await activated('sigmoid', RANGE), (x) => 1 / (1 + Math.exp(-x)))).toBeLessThan(2.5);
  expect(worstUlps(await activated('relu', RANGE), (x) => Math.max(0, x))).toBe(0);
  const leaky = await activated('leaky_relu', RANGE);
  expect(worstUlps(leaky, (x) => (x > 0 ? x : Math.fround(0.01) * x))).toBeLessThan(1);
});

test('activations keep values that are not finite', async () => {
  for (const activation of ACTIVATIONS) {
    const [none, above] = await activated(activation, Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY));
    expect(none).toBeNaN();
    expect(above).toBe(activation === 'tanh' || activation === 'sigmoid' ? 1 : Number.POSITIVE_INFINITY);
  }
});

test('losses and their gradients agree with their definition for outputs of any size', async () => {
  for (const loss of LOSSES) {
    for (const size of [1e-4, 1, 30, 1000]) {
      const model = forLoss({ type: 'mlp', inputs: 1, layers: [], outputs: 3 }, loss) as MlpSpec;
      const { outputs } = model;
      const batch = { ...randomBatches(model, 1, 4), features: Float32Array.of(1) };
      const parameters = Float32Array.from({ length: 2 * outputs }, (_, at) => size * Math.sin(1 + at));
      await engine.init(setup(model, { loss, parameters }));
      const predicted = await engine.predict(batch.features);
      const [result] = await engine.step(batch);
      const expected = evaluateOutputs(predicted, batch.targets, loss);
      expect(result!.loss / expected.loss).toBeCloseTo(1, 6);
      expect(result!.correct).toBe(expected.accuracy);

      const gradient = new Float32Array(outputs);
      lossSums(predicted, batch.targets, Float32Array.of(1), loss, gradient);
      const [moment] = (await engine.getState()).moments;
      gradient.forEach((value, at) => expect(moment![outputs + at]).toBeCloseTo(value, 6));
    }
  }
});

const worstDifference = (found: Float32Array, expected: Float32Array): number =>
  found.reduce((worst, value, at) => Math.max(worst, Math.abs(value - expected[at]!)), 0);

test('products are right for all sizes', async () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13];
  for (const inputs of sizes) {
    for (const outputs of sizes.slice(1)) {
      const rows = 1 + ((3 * inputs + outputs) % 70);
      const model: MlpSpec = { type: 'mlp', inputs, layers: [], outputs };
      const given = setup(model);
      const batch = randomBatches(model, rows, inputs);
      const right = new Float32Array(rows * outputs).map((_, at) => {
        const [row, unit] = [Math.floor(at / outputs), at % outputs];
        let sum = 0;
        for (let k = 0; k < inputs; k += 1) {
          sum += batch.features[row * inputs + k]! * given.parameters[k * outputs + unit]!;
        }
        return sum;
      });
      await engine.init(given);
      const predicted = await engine.predict(batch.features);
      expect(worstDifference(predicted, right)).toBeLessThan(1e-5);

      const delta = new Float32Array(rows * outputs);
      lossSums(predicted, batch.targets, new Float32Array(rows).fill(1 / rows), given.loss, delta);
      await engine.step(batch);
      const [moment] = (await engine.getState()).moments;
      const gradient = moment!.map((_, at) => {
        const [k, unit] = [Math.floor(at / outputs), at % outputs];
        let sum = 0;
        for (let row = 0; row < rows; row += 1) {
          sum += (k < inputs ? batch.features[row * inputs + k]! : 1) * delta[row * outputs + unit]!;
        }
        return sum;
      });
      expect(worstDifference(moment!, gradient)).toBeLessThan(1e-5);
    }
  }
});

test('skipping zeros changes no bytes', async () => {
  for (const [inputs, outputs] of [
    [32, 32],
    [37, 61],
    [66, 92],
  ] as const) {
    const model: MlpSpec = { type: 'mlp', inputs, layers: [], outputs };
    const given = setup(model);
    /** Four rows and four columns without zeros, then three quarters zeros. */
    const batch = randomBatches(model, 61, inputs);
    batch.features.forEach((_, at) => {
      const [row, column] = [Math.floor(at / inputs), at % inputs];
      if (row >= 4 && column >= 4 && (row + 3 * column) % 4 > 0) batch.features[at] = 0;
    });
    // the first four rows decide whether zeros are skipped
    await engine.init(given);
    const all = await engine.predict(batch.features);
    const skipping = await engine.predict(batch.features.subarray(4 * inputs));
    expect(skipping).toEqual(all.subarray(4 * outputs));
    const odd = batch.features.slice(4 * inputs);
    [Number.NaN, Infinity, -Infinity, -0].forEach((value, row) =>
      odd.fill(value, row * inputs, row * inputs + 9),
    );
    const outputsOfOdd = await engine.predict(odd);
    const unskipped = await engine.predict(
      Float32Array.from([...batch.features.subarray(0, 4 * inputs), ...odd]),
    );
    expect(outputsOfOdd).toEqual(unskipped.subarray(4 * outputs));
    for (let row = 0; row < 4; row += 1)
      expect(outputsOfOdd.subarray(row * outputs, (row + 1) * outputs).every(Number.isFinite)).toBe(
        row === 3,
      );

    // the first four inputs decide for the gradient, so the inputs are reversed
    const reversed = (values: Float32Array, rows: number): Float32Array => {
      const width = values.length / rows;
      return values.map((_, at) => values[at - (at % width) + width - 1 - (at % width)]!);
    };
    // with parameters of 0, the order of the inputs changes no output
    const parameters = new Float32Array(given.parameters.length);
    await engine.init({ ...given, parameters });
    await engine.step(batch);
    const [straight] = (await engine.getState()).moments;
    await engine.init({ ...given, parameters });
    await engine.step({ ...batch, features: reversed(batch.features, 61) });
    const [turned] = (await engine.getState()).moments;
    for (let k = 0; k < inputs; k += 1) {
      const row = (values: Float32Array, at: number): Float32Array =>
        values.subarray(at * outputs, (at + 1) * outputs);
      expect(row(turned!, inputs - 1 - k)).toEqual(row(straight!, k));
    }
  }
});

test('the bytes of a training are the same on every machine', async () => {
  const hash = createHash('sha256');
  for (const activation of ACTIVATIONS) {
    for (const loss of LOSSES) {
      for (const type of OPTIMISER_TYPES) {
        const model = forLoss(mlp(activation, 0.2), loss) as MlpSpec;
        const optimiser = { type, weightDecay: 1e-3, gradientClip: 0.5 };
        await engine.init(setup(model, { optimiser, loss }));
        for (let call = 0; call < 10; call += 1) await engine.step(randomBatches(model, 19, call, 2));
        const { parameters, moments } = await engine.getState();
        for (const values of [parameters, ...moments]) hash.update(values);
      }
    }
  }
  expect(hash.digest('hex')).toBe('e4b4b117a8f6199d8496539e3776f3131d7b46336962fe229cf57a115bc7cd22');
});

test('stores no number between 0 and 2^-51, and no sum of squares between 0 and 2^-100', async () => {
  const model = mlp('sigmoid');
  const optimiser = { type: 'adam', weightDecay: 0, gradientClip: null } as const;
  await engine.init(setup(model, { optimiser, parameters: initialParameters(model, 3).map((p) => 30 * p) }));
  const batch = randomBatches(model, 8, 1);
  // the features have no effect from here on, so the first layer's moments decay
  for (let call = 0; call < 500; call += 1) {
    await engine.step(call === 0 ? batch : { ...batch, features: new Float32Array(batch.features.length) });
  }
  const { parameters, moments } = await engine.getState();
  const between = (values: Float32Array, limit: number): number =>
    values.filter((value) => value !== 0 && Math.abs(value) < limit).length;
  expect(between(parameters, 2 ** -51)).toBe(0);
  expect(between(moments[0]!, 2 ** -51)).toBe(0);
  expect(between(moments[1]!, 2 ** -100)).toBe(0);
  expect(moments[0]!.filter((value) => value === 0).length).toBeGreaterThan(model.inputs);
});

test('its memory grows with the batch and keeps the state', async () => {
  const model = mlp('relu');
  await engine.init(setup(model));
  const before = await engine.getState();
  const features = new Float32Array(200_000 * model.inputs).fill(0.5);
  const targets = new Int32Array(200_000);
  await engine.step({ count: 1, features, targets, weights: null, masks: [], learningRate: 0 });
  expect((await engine.getState()).parameters).toEqual(before.parameters);
});

test('a state replaces everything that a diverged training has left', async () => {
  const model = mlp('leaky_relu');
  await engine.init(setup(model, { gradientNorms: true }));
  const batch = randomBatches(model, 9, 1);
  const start = await engine.getState();
  const expected = await engine.step(batch);
  await engine.step({ ...batch, learningRate: Number.POSITIVE_INFINITY });
  await engine.step(batch);
  expect((await engine.getState()).parameters.every(Number.isFinite)).toBe(false);
  await engine.setState(start);
  expect(await engine.step(batch)).toEqual(expected);
});

test('refuses a network and a batch that do not fit into its memory', async () => {
  const model: MlpSpec = {
    type: 'mlp',
    inputs: 100_000,
    layers: [{ units: 1000, activation: 'relu', dropout: 0 }],
    outputs: 3,
  };
  const large = { ...setup(mlp('relu')), model };
  await expect(engine.init(large)).rejects.toMatchObject({
    code: 'engine_unsupported',
    message: expect.stringMatching(/^The network needs \d+ MiB, .*TRAINING_ENGINE=onnx\.$/),
  });
  const wide: MlpSpec = { type: 'mlp', inputs: 4096, layers: [], outputs: 2 };
  await engine.init(setup(wide));
  const targets = new Int32Array(70_000);
  const batch = {
    count: 1,
    features: new Float32Array(0),
    targets,
    weights: null,
    masks: [],
    learningRate: 0,
  };
  await expect(engine.step(batch)).rejects.toMatchObject({
    code: 'engine_unsupported',
    message: expect.stringMatching(/^A batch of 70000 rows needs \d+ MiB/),
  });
  // a smaller call works after that
  const smaller = randomBatches(wide, 600, 1);
  const [result] = await engine.step(smaller);
  await engine.init(setup(wide));
  expect(await engine.step(smaller)).toEqual([result]);
});
