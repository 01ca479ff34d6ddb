import { describe, expect, test } from '@jest/globals';
import { Batches } from './batches.js';
import { gatherWindows } from '../data/gather-windows.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { DataPart } from '../data/data-parts.js';

const model: ModelSpec = {
  type: 'lstm',
  inputs: 2,
  sequenceLength: 3,
  hiddenSize: 4,
  layers: 2,
  dropout: 0.4,
  outputs: 3,
};

/** Bar i has the features i and -i; rows end at bars 2, 3, ... */
function part(rows: number): DataPart {
  return {
    features: Float32Array.from({ length: 2 * (rows + 2) }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row + 2),
    targets: Int32Array.from({ length: rows }, (_, row) => row % 3),
    weights: Float32Array.from({ length: rows }, (_, row) => row),
  };
}

interface Taken {
  features: number[];
  targets: number[];
  weights: number[];
  masks: number[][];
}

/** An epoch's batches, taken `most` at a time. */
function epoch(data: DataPart, size: number, most: number): { counts: number[]; taken: Taken } {
  const batches = new Batches(data, model, size, 5);
  batches.startEpoch(2);
  const counts: number[] = [];
  const taken: Taken = { features: [], targets: [], weights: [], masks: [[], []] };
  for (let index = 0; index < batches.count;) {
    const { count, features, targets, weights, masks } = batches.take(index, most);
    counts.push(count);
    index += count;
    taken.features.push(...features);
    taken.targets.push(...targets);
    taken.weights.push(...weights!);
    masks.forEach((mask, layer) => taken.masks[layer]!.push(...mask));
  }
  return { counts, taken };
}

test('a window is the bars up to its end, the oldest first', () => {
  const target = new Float32Array(12);
  gatherWindows(part(10).features, model, Int32Array.of(2, 7), target);
  expect([...target]).toEqual([0, -0, 1, -1, 2, -2, 5, -5, 6, -6, 7, -7]);
});

describe('Batches', () => {
  test('rows and masks do not depend on how many batches are taken at once', () => {
    const singly = epoch(part(70), 8, 1);
    const grouped = epoch(part(70), 8, 5);
    expect(singly.counts).toEqual(Array.from({ length: 9 }, () => 1));
    expect(grouped.counts).toEqual([5, 3, 1]);
    expect(grouped.taken).toEqual(singly.taken);
  });

  test('rows keep their target, their weight and their window', () => {
    const { taken } = epoch(part(20), 6, 2);
    expect(taken.weights.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, row) => row));
    taken.weights.forEach((row, at) => {
      expect(taken.targets[at]).toBe(row % 3);
      const window = taken.features.slice(6 * at, 6 * at + 6);
      expect(window.filter((_, i) => i % 2 === 0)).toEqual([row, row + 1, row + 2]);
    });
  });

  test('masks cover every step between layers and the last hidden state', () => {
    const { taken } = epoch(part(64), 8, 4);
    expect(taken.masks.map((mask) => mask.length)).toEqual([64 * 3 * 4, 64 * 4]);
    for (const mask of taken.masks) {
      const kept = mask.filter((value) => value > 0).length / mask.length;
      expect(kept).toBeGreaterThan(0.5);
      expect(kept).toBeLessThan(0.7);
    }
  });
});
