import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import type * as OnnxRuntime from 'onnxruntime-node';
import { initialParameters } from '../../network/initial-parameters.js';
import { inputWidth, windowLength, type ModelSpec } from '../../network/model-spec.js';
import { normalise, type FittedNormalisation } from '../../data/normalisation.js';
import { RandomStream } from '@ktrdr/statistics';
import { networks } from '../../testing/networks.js';
import { createEngine } from '../create-engine.js';
import { modelGraph } from './model-graph.js';

/** Nothing of ours: what anyone would load the file with. */
const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;

const RULES: FittedNormalisation[] = [
  { method: 'none' },
  { method: 'minmax', min: 1 / 3, max: 7.1 },
  { method: 'zscore', mean: 0.1, std: 1 / 7 },
  { method: 'zscore', mean: 4, std: 0 },
  { method: 'minmax', min: 2, max: 2 },
];

/** Rows of features as the bars give them. */
function rawFeatures(model: ModelSpec, rows: number): Float64Array {
  const random = RandomStream.derive(3, 'test');
  return Float64Array.from({ length: rows * inputWidth(model) }, () => 20 * random.uniform() - 10);
}

describe('modelGraph', () => {
  test.each(networks('tanh', 0.2).map((model) => [model.type, model] as const))(
    '%s: ONNX Runtime alone gives the same outputs as the engine bit for bit, including normalisation',
    async (_, model) => {
      const rules = RULES.slice(0, model.inputs);
      const parameters = initialParameters(model, 5);
      const rows = 6;
      const raw = rawFeatures(model, rows);

      const engine = await createEngine('onnx');
      await engine.init({
        model,
        optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
        loss: { type: 'cross_entropy', classWeights: null },
        parameters,
        gradientNorms: false,
      });
      const expected = await engine.predict(normalise(raw, rules.slice(0, model.inputs)));
      engine.dispose();

      const session = await ort.InferenceSession.create(modelGraph(model, parameters, rules));
      const features = new ort.Tensor('float64', raw, [rows, windowLength(model) * model.inputs]);
      const { outputs } = await session.run({ features });
      expect(outputs!.dims).toEqual([rows, model.outputs]);
      expect(Array.from(outputs!.data as Float32Array)).toEqual(Array.from(expected));
    },
  );

  test('the same network gives the same bytes', () => {
    const [model] = networks('relu', 0);
    const parameters = initialParameters(model!, 5);
    const graph = (): string => Buffer.from(modelGraph(model!, parameters, RULES)).toString('base64');
    expect(graph()).toBe(graph());
  });
});
