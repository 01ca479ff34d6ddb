import { describe, expect, test } from '@jest/globals';
import { createEngine } from '@ktrdr/trainer';
import { initialParameters, randomBatches } from '@ktrdr/trainer/testing';
import { Group } from './group.js';
import type { MlpSpec } from './group-graph.js';

const STEPS = 5;
const ROWS = 19;
const RATE = 0.01;

function mlp(inputs: number, ...units: number[]): MlpSpec {
  return {
    type: 'mlp',
    inputs,
    layers: units.map((count) => ({ units: count, activation: 'relu', dropout: 0 })),
    outputs: 3,
  };
}

const rowsOf = (model: MlpSpec, member: number, step: number) =>
  randomBatches(model, ROWS, 100 * member + step);

async function trainAlone(model: MlpSpec, member: number): Promise<Float32Array> {
  const engine = await createEngine('onnx');
  await engine.init({
    model,
    optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
    loss: { type: 'cross_entropy', classWeights: null },
    parameters: initialParameters(model, member),
    gradientNorms: false,
  });
  for (let step = 0; step < STEPS; step += 1) {
    await engine.step({ ...rowsOf(model, member, step), learningRate: RATE });
  }
  const { parameters } = await engine.getState();
  engine.dispose();
  return parameters;
}

/** @returns each member's parameters */
async function trainGroup(model: MlpSpec, members: readonly number[]): Promise<Map<number, Float32Array>> {
  const group = await Group.create(
    'onnx',
    model,
    members.map((member) => initialParameters(model, member)),
  );
  for (let step = 0; step < STEPS; step += 1) {
    const batches = members.map((member) => rowsOf(model, member, step));
    await group.step(
      {
        features: Float32Array.from(batches.flatMap(({ features }) => [...features])),
        targets: Int32Array.from(batches.flatMap(({ targets }) => [...targets])),
      },
      RATE,
    );
  }
  const trained = new Map(members.map((member, at) => [member, group.parametersOf(at)]));
  group.dispose();
  return trained;
}

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex');

describe('a model in a group', () => {
  test.each([mlp(5, 9, 6), mlp(60, 128, 64)])('has the bytes of a run alone', async (model) => {
    const alone = await trainAlone(model, 7);
    for (const members of [[7], [1, 2, 7], [7, 3, 4, 5, 6]]) {
      const trained = await trainGroup(model, members);
      expect(bytes(trained.get(7)!)).toBe(bytes(alone));
    }
  });

  test('has the same bytes in any group, and the values of a run alone, if a layer has more than 128 inputs', async () => {
    const model = mlp(200, 8);
    const alone = await trainAlone(model, 7);
    const inGroup = (await trainGroup(model, [7])).get(7)!;
    expect(bytes((await trainGroup(model, [1, 2, 7, 3])).get(7)!)).toBe(bytes(inGroup));
    inGroup.forEach((value, at) => expect(value).toBeCloseTo(alone[at]!, 5));
  });
});
