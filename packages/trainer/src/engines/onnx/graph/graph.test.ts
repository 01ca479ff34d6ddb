import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import type { onnx as OnnxProto } from 'onnx-proto';
import { createSession, tensor } from '../session.js';
import { Graph, type Value } from './graph.js';

const { onnx } = createRequire(import.meta.url)('onnx-proto') as { onnx: typeof OnnxProto };

/** Splits the numbers 0, 1, 2, ... and returns the parts in reverse order, joined. */
async function reversedParts(
  columns: number,
  mostParts: number | undefined,
  split: (graph: Graph) => Value[],
): Promise<number[]> {
  const graph = new Graph(mostParts);
  graph.output('y', graph.concat(split(graph).toReversed(), 1));
  const shape = [1, columns];
  const bytes = graph.encode('split', [{ name: 'x', shape }], [{ name: 'y', shape }]);
  for (const { opType, output } of onnx.ModelProto.decode(bytes).graph!.node!)
    if (opType === 'Split') expect(output!.length).toBeLessThanOrEqual(mostParts ?? columns);
  const session = await createSession(bytes, 'onnx');
  const { y } = await session.run({
    x: tensor(
      Float32Array.from({ length: columns }, (_, i) => i),
      shape,
    ),
  });
  return [...(y!.data as Float32Array)];
}

describe('with a limit of parts for one node', () => {
  test.each<[string, number, (graph: Graph) => Value[]]>([
    ['24 equal parts of unknown length', 48, (graph) => graph.splitEqually('x', 24, 1)],
    ['13 equal parts of known length', 26, (graph) => graph.splitEqually('x', 13, 1, 2)],
    ['60 equal parts of known length', 60, (graph) => graph.splitEqually('x', 60, 1, 1)],
    ['parts of different lengths', 45, (graph) => graph.split('x', [9, 8, 7, 6, 5, 4, 3, 2, 1], 1)],
  ])('%s are the same as without', async (_name, columns, split) => {
    const expected = await reversedParts(columns, undefined, split);
    expect(new Set(expected).size).toBe(columns);
    expect(await reversedParts(columns, 7, split)).toEqual(expected);
  });

  test('a number of parts without a divisor needs their length', () => {
    expect(() => new Graph(7).splitEqually('x', 13, 1)).toThrow('cannot split into 13 parts, 7 at a time');
  });
});
