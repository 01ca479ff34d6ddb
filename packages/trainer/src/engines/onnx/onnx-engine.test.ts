import { expect, test } from '@jest/globals';
import { initialParameters } from '../../network/initial-parameters.js';
import type { MlpSpec } from '../../network/model-spec.js';
import { OnnxEngine } from './onnx-engine.js';

async function stepsAtOnce(units: number, batchRows: number): Promise<number> {
  const layers = [{ units, activation: 'relu', dropout: 0 }] as const;
  const model: MlpSpec = { type: 'mlp', inputs: 60, layers: [...layers], outputs: 3 };
  const engine = new OnnxEngine('onnx');
  await engine.init({
    model,
    optimiser: { type: 'sgd', weightDecay: 0, gradientClip: null },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(model, 1),
    gradientNorms: false,
  });
  const steps = engine.stepsAtOnce(batchRows);
  engine.dispose();
  return steps;
}

test('a call runs fewer steps for larger networks and batches, so that a cancel never waits long', async () => {
  expect(await stepsAtOnce(128, 32)).toBe(8);
  expect(await stepsAtOnce(256, 1024)).toBe(8);
  expect(await stepsAtOnce(1024, 1024)).toBe(2);
  expect(await stepsAtOnce(4096, 1024)).toBe(1);
});
