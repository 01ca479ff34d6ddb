import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const source = (path: string): string => JSON.stringify(import.meta.resolve(`../dist/${path}`));

/** What a process prints that runs `code` after its first session of ONNX Runtime. @param before code that runs first */
function afterSession(before: string, code: string): string {
  const program = `
    const { treatDenormalsAsZero } = await import(${source('engines/onnx/denormals.js')});
    const { modelGraph } = await import(${source('engines/onnx/model-graph.js')});
    const { inferModel, inputOf } = await import(${source('engines/onnx/infer-model.js')});
    const { initialParameters } = await import(${source('network/initial-parameters.js')});
    ${before}
    const spec = { type: 'mlp', inputs: 1, layers: [], outputs: 2 };
    const graph = modelGraph(spec, initialParameters(spec, 1), [{ feature: 'x', method: 'none' }]);
    await inferModel(graph, inputOf(Float64Array.of(1), 1));
    ${code}
  `;
  const env = { ...process.env, NODE_OPTIONS: '' };
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', env });
}

/** Half of the least normal double. */
const HALF = 'console.log(Float64Array.of(2.2250738585072014e-308)[0] / 2);';

/** Prints weights and moments of a network whose sigmoids are saturated: nearly all gradients are tiny. */
const TRAINING = `
  const { createEngine } = await import(${source('engines/create-engine.js')});
  const layers = [{ units: 9, activation: 'sigmoid', dropout: 0 }, { units: 8, activation: 'tanh', dropout: 0 }];
  const model = { type: 'mlp', inputs: 5, layers, outputs: 3 };
  const optimiser = { type: 'adam', weightDecay: 1e-30, gradientClip: 1e-20 };
  const loss = { type: 'cross_entropy', classWeights: null };
  const parameters = initialParameters(model, 1).map((value) => 20 * value);
  const engine = await createEngine('wasm');
  await engine.init({ model, optimiser, loss, parameters, gradientNorms: true });
  const features = Float32Array.from({ length: 5 * 32 }, (_, index) => 10 ** (-(index % 45)) * Math.sin(index));
  const targets = Int32Array.from({ length: 32 }, (_, row) => row % 3);
  const batch = { count: 1, features, targets, weights: null, masks: [], learningRate: 1e-3 };
  const results = [];
  for (let call = 0; call < 300; call += 1) results.push(await engine.step(batch));
  const state = await engine.getState();
  console.log(JSON.stringify([results, [...state.parameters], state.moments.map((moment) => [...moment])]));
`;

test('a program that asks for it computes with 0 instead of denormal numbers; others keep them', () => {
  expect(Number(afterSession('treatDenormalsAsZero();', HALF))).toBe(0);
  expect(Number(afterSession('', HALF))).toBeGreaterThan(0);
});

test('the engine wasm computes the same bytes with and without denormal numbers', () => {
  const without = afterSession('treatDenormalsAsZero();', TRAINING);
  expect(without).toBe(afterSession('', TRAINING));
  expect(JSON.parse(without)).toHaveLength(3);
});
