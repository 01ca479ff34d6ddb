import { describe, expect, test } from '@jest/globals';
import type { Targets } from '../network/loss.js';
import { predictedClasses } from './metrics.js';
import { RandomStream } from '@ktrdr/statistics';
import { fitLinearModel, linearOutputs } from './linear-model.js';
import type { DataPart } from '../data/data-parts.js';

const pause = async (): Promise<void> => undefined;

function part(features: number[][], targets: Targets): DataPart {
  return {
    features: Float32Array.from(features.flat()),
    windowEnds: Int32Array.from(targets.keys()),
    targets,
    weights: null,
  };
}

describe('a linear model', () => {
  test('least squares agrees with the normal equations', async () => {
    // With one feature of mean 0 and deviation 1 the ridge solution is sum(x y) / (n + 1).
    const [x, y] = [
      [1, -1, 1, -1],
      [3, -2, 4, -1],
    ];
    const data = part(
      x.map((value) => [value]),
      Float32Array.from(y),
    );
    const model = await fitLinearModel(data, 1, 1, pause);
    const slope = 10 / 5;
    const outputs = await linearOutputs(model, data, pause);
    x.forEach((value, row) => expect(outputs[row]).toBeCloseTo(1 + slope * value, 4));
  });

  test('with an uninformative feature, the probabilities are the class shares', async () => {
    const data = part([[5], [5], [5], [5]], Int32Array.of(0, 0, 0, 1));
    const outputs = await linearOutputs(await fitLinearModel(data, 1, 2, pause), data, pause);
    expect(outputs[0]! - outputs[1]!).toBeCloseTo(Math.log(3), 3);
  });

  test('the gradient of the logistic loss is 0 at the solution', async () => {
    const random = RandomStream.derive(3, 'linear');
    const rows = Array.from({ length: 60 }, () => [random.uniform() * 10, random.uniform() - 4]);
    const labels = Int32Array.from(rows, ([a, b]) => (a! > 6 ? 0 : b! > -3.5 ? 1 : 2));
    for (const row of [3, 9, 20]) labels[row] = (labels[row]! + 1) % 3;
    const data = part(rows, labels);
    const model = await fitLinearModel(data, 2, 3, pause);
    const loss = async (weights: Float64Array): Promise<number> => {
      const outputs = await linearOutputs({ ...model, weights }, data, pause);
      const losses = Array.from(labels, (label, row) => {
        const logits = outputs.subarray(row * 3, row * 3 + 3);
        return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label]!;
      });
      const ridge = weights.reduce((sum, weight, at) => sum + (at % 3 === 2 ? 0 : weight ** 2), 0);
      return (losses.reduce((sum, value) => sum + value, 0) + ridge / 2) / 60;
    };
    for (let at = 0; at < model.weights.length; at += 1) {
      const [up, down] = [model.weights.slice(), model.weights.slice()];
      up[at]! += 0.01;
      down[at]! -= 0.01;
      expect(((await loss(up)) - (await loss(down))) / 0.02).toBeCloseTo(0, 3);
    }
    expect(predictedClasses(await linearOutputs(model, data, pause), 3)).not.toEqual(new Int32Array(60));
  });

  test('uses the last bar of a window, and a subset of many rows', async () => {
    const rows = 30_000;
    const features = new Float32Array(rows + 1).map((_, bar) => (bar % 2 === 0 ? 1 : -1));
    const windowEnds = Int32Array.from({ length: rows }, (_, row) => row + 1);
    const targets = Int32Array.from(windowEnds, (bar) => bar % 2);
    const data: DataPart = { features, windowEnds, targets, weights: null };
    const model = await fitLinearModel(data, 1, 2, pause);
    expect(model.rows).toBe(20_000);
    expect(predictedClasses(await linearOutputs(model, data, pause), 2)).toEqual(targets);
  });

  test('an abort ends the fit', async () => {
    const data = part([[1], [2]], Int32Array.of(0, 1));
    const stop = async (): Promise<void> => Promise.reject(new Error('stopped'));
    await expect(fitLinearModel(data, 1, 2, stop)).rejects.toThrow('stopped');
  });
});
