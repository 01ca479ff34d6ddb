import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { createEngine, type ModelSpec } from '@ktrdr/trainer';
import { layersModelJson, weightBytes } from '../dist/layers-model.js';
import { ACTIVATIONS, parameterCount } from '../dist/model-spec.js';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
require('@tensorflow/tfjs-backend-cpu');
const layers = require('@tensorflow/tfjs-layers') as typeof Layers;

test.each(ACTIVATIONS)(
  'tf.loadLayersModel reads a stored network and gives the same logits: %s',
  async (activation) => {
    const model: ModelSpec = {
      type: 'mlp',
      inputs: 5,
      layers: [
        { units: 7, activation, dropout: 0.3 },
        { units: 4, activation, dropout: 0 },
      ],
      outputs: 3,
    };
    const parameters = Float32Array.from({ length: parameterCount(model) }, (_, index) =>
      Math.sin(index + 1),
    );
    const features = Float32Array.from({ length: 10 * model.inputs }, (_, index) => Math.cos(index) * 2);
    const engine = await createEngine('tensorflow-js');
    const optimiser = { type: 'adam', weightDecay: 0, gradientClip: null } as const;
    await engine.init({ model, optimiser, loss: { type: 'cross_entropy', classWeights: null }, parameters });
    const expected = await engine.predict(features);

    const json = JSON.parse(JSON.stringify(layersModelJson(model))) as {
      modelTopology: object;
      weightsManifest: { weights: TensorFlow.io.WeightsManifestEntry[] }[];
    };
    const bytes = weightBytes(parameters);
    const loaded = await layers.loadLayersModel({
      load: () =>
        Promise.resolve({
          modelTopology: json.modelTopology,
          weightSpecs: json.weightsManifest[0]!.weights,
          weightData: bytes.buffer as ArrayBuffer,
        }),
    });
    const logits = loaded.predict(tf.tensor2d(features, [10, model.inputs])) as TensorFlow.Tensor;
    const got = await logits.data();
    expect(got.length).toBe(expected.length);
    expected.forEach((logit, index) => expect(got[index]).toBeCloseTo(logit, 4));
    engine.dispose();
  },
);
