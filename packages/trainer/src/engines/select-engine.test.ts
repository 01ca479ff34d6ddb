import { describe, expect, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import type { EngineTrial } from './engine-trial.js';
import { resolveEngine } from './select-engine.js';

/** Engines that are there, with the time of a step in ms. */
const only =
  (there: Partial<Record<EngineName, number>>) =>
  (engine: EngineName): Promise<EngineTrial> => {
    const msPerStep = there[engine];
    return Promise.resolve(msPerStep === undefined ? { problem: `no ${engine} today` } : { msPerStep });
  };
const missing = (...engines: EngineName[]): { engine: EngineName; reason: string }[] =>
  engines.map((engine) => ({ engine, reason: `no ${engine} today` }));

describe('resolveEngine', () => {
  test('auto takes the fastest, a GPU or not, and says what the others took or lack', async () => {
    const there = { 'onnx-cuda': 0.42, onnx: 0.125, 'tensorflow-node': 0.9, 'tensorflow-wasm': 0.01 };
    expect(await resolveEngine('auto', only(there))).toEqual({
      engine: 'onnx',
      device: 'cpu',
      ms_per_step: 0.125,
      rejected: [
        ...missing('onnx-coreml', 'onnx-directml', 'onnx-webgpu', 'tensorflow-gpu'),
        { engine: 'onnx-cuda', reason: 'slower: 0.42 ms a step, onnx 0.13 ms' },
        { engine: 'tensorflow-node', reason: 'slower: 0.90 ms a step, onnx 0.13 ms' },
      ],
    });
    expect(await resolveEngine('auto', only({ 'onnx-cuda': 0.1, onnx: 0.125 }))).toMatchObject({
      engine: 'onnx-cuda',
      device: 'gpu',
    });
  });

  test('auto falls back to WebAssembly where no native library loads', async () => {
    const choice = await resolveEngine('auto', only({ 'tensorflow-wasm': 2, 'tensorflow-js': 1 }));
    expect(choice).toMatchObject({ engine: 'tensorflow-wasm', device: 'cpu' });
    expect(choice.rejected).toHaveLength(7);
  });

  test('tensorflow takes the first of its family that is to be had', async () => {
    expect(await resolveEngine('tensorflow', only({ onnx: 1, 'tensorflow-wasm': 2 }))).toEqual({
      engine: 'tensorflow-wasm',
      device: 'cpu',
      ms_per_step: 2,
      rejected: missing('tensorflow-gpu', 'tensorflow-node'),
    });
  });

  test('a named engine is taken without a look at the others', async () => {
    expect(await resolveEngine('tensorflow-js', only({ onnx: 1, 'tensorflow-js': 5 }))).toEqual({
      engine: 'tensorflow-js',
      device: 'cpu',
      ms_per_step: 5,
      rejected: [],
    });
  });

  test('a named engine that is not to be had fails with the reason and what to do', async () => {
    await expect(resolveEngine('tensorflow-gpu', only({ onnx: 1 }))).rejects.toMatchObject({
      code: 'engine_unavailable',
      message:
        'The training engine tensorflow-gpu is not to be had here: no tensorflow-gpu today. Put that right, or set TRAINING_ENGINE=auto to take the best engine there is.',
      details: { rejected: missing('tensorflow-gpu') },
    });
  });
});
