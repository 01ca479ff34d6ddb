/**
 * Program: loads an engine, times training steps of a small network and prints what it found, an `EngineTrial` as JSON.
 * Arguments: the engine's name, the file from where its packages are looked for.
 */
import { createRequire } from 'node:module';
import { ENGINE_NAMES } from '@ktrdr/contracts';
import { initialParameters } from '../initial-parameters.js';
import type { ModelSpec } from '../model-spec.js';
import type { Engine } from './engine.js';
import type { EngineTrial } from './engine-trial.js';
import { createEngine } from './select-engine.js';
import { loadNative } from './tensorflow/load-backend.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';

/** The network of a usual strategy. */
const MODEL: ModelSpec = {
  type: 'mlp',
  inputs: 60,
  layers: [
    { units: 128, activation: 'relu', dropout: 0 },
    { units: 64, activation: 'relu', dropout: 0 },
  ],
  outputs: 3,
};
const ROWS = 32;
const WARM_UP_STEPS = 5;
const STEPS = 20;

async function load(name: string, from: string): Promise<Engine> {
  const engine = ENGINE_NAMES.find((known) => known === name);
  if (engine === undefined) throw new Error(`unknown engine ${name}`);
  return engine === 'tensorflow-gpu' || engine === 'tensorflow-node'
    ? new TensorFlowEngine(await loadNative(engine, createRequire(from)))
    : createEngine(engine);
}

/** Median of the steps, ms. */
async function timeSteps(engine: Engine): Promise<number> {
  await engine.init({
    model: MODEL,
    optimiser: { type: 'adam', weightDecay: 1e-4, gradientClip: 1 },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(MODEL, 1),
    gradientNorms: false,
  });
  const features = Float32Array.from({ length: ROWS * MODEL.inputs }, (_, i) => Math.sin(i));
  const targets = Int32Array.from({ length: ROWS }, (_, row) => row % MODEL.outputs);
  const times: number[] = [];
  for (let step = 0; step < WARM_UP_STEPS + STEPS; step += 1) {
    const start = performance.now();
    await engine.step({ count: 1, features, targets, weights: null, masks: [], learningRate: 0.001 });
    if (step >= WARM_UP_STEPS) times.push(performance.now() - start);
  }
  const { parameters } = await engine.getState();
  if (!parameters.every(Number.isFinite)) throw new Error('it computed numbers that are not finite');
  return times.toSorted((a, b) => a - b)[STEPS / 2]!;
}

const [name, from] = process.argv.slice(2);
if (name === undefined || from === undefined) {
  throw new Error('usage: engine-trial-process.js <engine> <file>');
}
const engine = await load(name, from);
const trial: EngineTrial =
  name === 'tensorflow-gpu' && engine.device !== 'gpu'
    ? { problem: 'installed, but it finds no GPU' }
    : { msPerStep: await timeSteps(engine) };
engine.dispose();
process.stdout.write(`${JSON.stringify(trial)}\n`);
