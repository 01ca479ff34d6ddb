import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Engine } from '../engines/engine.js';
import { createEngine } from '../engines/create-engine.js';
import type { ModelSpec } from '../network/model-spec.js';
import { RandomStream } from '@ktrdr/statistics';
import { featureImportance, type ImportanceRequest } from './feature-importance.js';
import type { DataPart } from '../data/data-parts.js';

const nothing = async (): Promise<void> => undefined;
const loss = { type: 'cross_entropy', classWeights: null } as const;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine('onnx');
});
afterAll(() => engine.dispose());

/** Says class 0 where the given input is above 0: all other inputs have weight 0. */
async function looksAt(input: number, inputs: number): Promise<ModelSpec> {
  const model: ModelSpec = {
    type: 'mlp',
    inputs,
    layers: [{ units: 1, activation: 'tanh', dropout: 0 }],
    outputs: 2,
  };
  const parameters = new Float32Array(inputs + 1 + 2 + 2);
  parameters[input] = 1;
  parameters.set([4, -4], inputs + 1);
  const optimiser = { type: 'adam', weightDecay: 0, gradientClip: null } as const;
  await engine.init({ model, optimiser, loss, parameters, gradientNorms: false });
  return model;
}

/** Rows whose class is the sign of one input. */
function rowsOf(count: number, input: number, inputs: number): DataPart {
  const random = RandomStream.derive(5, 'importance test');
  const features = Float32Array.from({ length: count * inputs }, () => random.uniform() - 0.5);
  const targets = Int32Array.from({ length: count }, (_, row) =>
    features[row * inputs + input]! > 0 ? 0 : 1,
  );
  return { features, windowEnds: Int32Array.from(targets.keys()), targets, weights: null };
}

async function requestOf(rows: number): Promise<ImportanceRequest> {
  // Three features, each with one lag: column 4 is the lag of `b`.
  const model = await looksAt(4, 6);
  return {
    engine,
    model,
    loss,
    part: rowsOf(rows, 4, 6),
    features: ['a', 'b', 'c'],
    seed: 1,
    pause: nothing,
  };
}

describe('featureImportance', () => {
  test('only the feature that the model uses has importance, whichever lag it is', async () => {
    const reports: number[] = [];
    const { rows, features } = await featureImportance(await requestOf(400), async (done) => {
      reports.push(done);
    });
    expect(rows).toBe(400);
    expect(features.map(({ feature }) => feature)).toEqual(['b', 'a', 'c']);
    // Half of the donors have the other sign.
    expect(features[0]!.accuracy_drop).toBeGreaterThan(0.4);
    expect(features[0]!.accuracy_drop).toBeLessThan(0.6);
    expect(features[0]!.loss_rise).toBeGreaterThan(0.1);
    expect(features.slice(1)).toEqual([
      { feature: 'a', accuracy_drop: 0, loss_rise: 0 },
      { feature: 'c', accuracy_drop: 0, loss_rise: 0 },
    ]);
    expect(reports).toEqual([1 / 3, 2 / 3, 1]);
  });

  test('uses at most 2,000 rows; the same seed gives the same importance, another seed gives others', async () => {
    const request = await requestOf(5000);
    const first = await featureImportance(request, nothing);
    expect(first.rows).toBe(2000);
    expect(await featureImportance(request, nothing)).toEqual(first);
    const other = await featureImportance({ ...request, seed: 2 }, nothing);
    expect(other.features[0]!.loss_rise).not.toBe(first.features[0]!.loss_rise);
  });

  test('an abort ends it', async () => {
    const stop = async (): Promise<void> => Promise.reject(new Error('stopped'));
    await expect(featureImportance({ ...(await requestOf(50)), pause: stop }, nothing)).rejects.toThrow(
      'stopped',
    );
  });
});
