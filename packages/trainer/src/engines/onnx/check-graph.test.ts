import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import type { onnx as OnnxProto } from 'onnx-proto';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { mutated, mutations } from '@ktrdr/files/testing';
import fc from 'fast-check';
import { ACTIVATIONS, architectureOf, parameterCount, type ModelSpec } from '../../network/model-spec.js';
import { networks } from '../../testing/networks.js';
import { checkGraph } from './check-graph.js';
import { modelGraph } from './model-graph.js';

const { onnx } = createRequire(import.meta.url)('onnx-proto') as { onnx: typeof OnnxProto };

const SMALL: ModelSpec = {
  type: 'mlp',
  inputs: 2,
  layers: [{ units: 4, activation: 'relu', dropout: 0 }],
  outputs: 3,
};
const EXPECTED = { features: 2, outputs: 3 };

function graphOf(spec: ModelSpec): Uint8Array {
  const normalisation = Array.from({ length: spec.inputs }, () => ({ method: 'none' as const }));
  return modelGraph(spec, new Float32Array(parameterCount(spec)), normalisation, {
    features: 'x'.repeat(1000),
  });
}

describe('a graph of ktrdr', () => {
  const deepest: ModelSpec = {
    type: 'gru',
    inputs: 2,
    sequenceLength: 200,
    hiddenSize: 4,
    layers: 1,
    dropout: 0,
    outputs: 3,
  };
  const specs = ACTIVATIONS.flatMap((activation) => networks(activation, 0.1));

  test.each([...specs, deepest].map((spec) => [architectureOf(spec), spec] as const))(
    '%s passes',
    (_, spec) => {
      const graph = graphOf(spec);
      expect(() => checkGraph(graph, { features: spec.inputs, outputs: spec.outputs })).not.toThrow();
    },
  );
});

type Model = OnnxProto.IModelProto;
const nodeOf = (model: Model): OnnxProto.INodeProto => model.graph!.node![0]!;
const tensorOf = (model: Model): OnnxProto.ITensorProto => model.graph!.initializer![0]!;
const { EXTERNAL } = onnx.TensorProto.DataLocation;

const HOSTILE: [string, (model: Model) => unknown, RegExp][] = [
  [
    'CVE-2026-27489, CVE-2026-34445: keeps a tensor in another file',
    (model) =>
      Object.assign(tensorOf(model), {
        dataLocation: EXTERNAL,
        externalData: [{ key: 'location', value: '../../../../etc/passwd' }],
        rawData: undefined,
      }),
    /has field 1[34] in a tensor/,
  ],
  [
    'has only the location of a tensor',
    (model) => (tensorOf(model).dataLocation = EXTERNAL),
    /field 14 in a tensor/,
  ],
  [
    'has operators of another domain',
    (model) => (model.opsetImport![0]!.domain = 'com.evil'),
    /another domain, "com.evil"/,
  ],
  [
    'has a second operator set',
    (model) => model.opsetImport!.push({ domain: '', version: 13 }),
    /one operator set/,
  ],
  ['has newer operators', (model) => (model.opsetImport![0]!.version = 22), /operators of version 22/],
  ['has an operator that no model has', (model) => (nodeOf(model).opType = 'Loop'), /operator "Loop"/],
  ['has a node of another domain', (model) => (nodeOf(model).domain = 'com.evil'), /field 7 in a node/],
  [
    'has a graph inside a node',
    (model) => nodeOf(model).attribute!.push({ name: 'body', type: 5, g: { name: 'inner' } }),
    /field 6 in an attribute/,
  ],
  [
    'has a tensor inside a node',
    (model) => nodeOf(model).attribute!.push({ name: 'value', type: 4, t: { dims: [1] } }),
    /field 5 in an attribute/,
  ],
  [
    'has a sparse tensor',
    (model) => (model.graph!.sparseInitializer = [{ dims: [1] }]),
    /field 15 in the graph/,
  ],
  ['has training information', (model) => (model.trainingInfo = [{}]), /field 20 in the model/],
  [
    'has a tensor with another shape',
    (model) => (tensorOf(model).dims = [1_000_000, 1_000_000]),
    /shape \[1000000, 1000000\]/,
  ],
  ['has a tensor with a negative length', (model) => (tensorOf(model).dims = [-2, -4]), /has tensor/],
  ['has a tensor of texts', (model) => (tensorOf(model).dataType = 8), /of type 8/],
  [
    'has a shape that nothing can hold',
    (model) => model.graph!.initializer!.push({ name: 'x', dims: [1], dataType: 7, int64Data: [2 ** 40] }),
    /too large for a shape/,
  ],
  [
    'has another input',
    (model) => (model.graph!.input![0]!.name = 'other'),
    /must have one input "features"/,
  ],
  [
    'has two inputs',
    (model) => model.graph!.input!.push(model.graph!.input![0]!),
    /must have one input "features"/,
  ],
  [
    'has an input of another width',
    (model) => (model.graph!.input![0]!.type!.tensorType!.shape!.dim![1]!.dimValue = 5),
    /bars x 2 features.*\[rows, 5\]/,
  ],
  [
    'has an output of another length',
    (model) => (model.graph!.output![0]!.type!.tensorType!.shape!.dim![1]!.dimValue = 4),
    /"outputs" of Float32 \[rows, 3\]; it has "outputs" \[rows, 4\]/,
  ],
  [
    'has too many nodes',
    (model) => (model.graph!.node = Array.from({ length: 5_001 }, () => nodeOf(model))),
    /more than 5000 nodes/,
  ],
  ['has a very long name', (model) => (model.graph!.name = 'x'.repeat(1000)), /name of 1000 bytes/],
];

test.each(HOSTILE)('a graph that %s is refused', (_, change, reason) => {
  const model = onnx.ModelProto.decode(graphOf(SMALL)).toJSON() as Model;
  const hostile = onnx.ModelProto.fromObject(model);
  change(hostile);
  expect(() => checkGraph(onnx.ModelProto.encode(hostile).finish(), EXPECTED)).toThrow(reason);
});

test.each([
  ['no bytes', new Uint8Array()],
  ['text', Buffer.from('no graph at all')],
  ['zeros', new Uint8Array(1000)],
  // 50 million empty inputs of one node
  ['a node of many parts', wrapped(7, wrapped(1, Buffer.alloc(10_000_000, Buffer.from([10, 0]))))],
])('%s is no graph', (_, bytes) => {
  expect(() => checkGraph(bytes, EXPECTED)).toThrow(/^(is not|has) /);
});

test('a tensor that only says how many bytes its numbers have is refused', () => {
  const model = onnx.ModelProto.decode(graphOf(SMALL));
  // shape [1000], type float, and the number 4000 where a thousand floats belong
  const tensor = Buffer.from([0x08, 0xe8, 0x07, 0x10, 1, 0x20, 0xa0, 0x1f]);
  const graph = Buffer.concat([onnx.GraphProto.encode(model.graph!).finish(), wrapped(5, tensor)]);
  model.graph = null;
  const others = onnx.ModelProto.encode(model).finish();
  expect(() => checkGraph(Buffer.concat([others, wrapped(7, graph)]), EXPECTED)).toThrow(
    /encoding is broken/,
  );
});

/** A field that holds a message. */
function wrapped(field: number, content: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let left = content.length; ; left >>>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), content]);
  }
}

test('a changed graph is refused or has the same meaning for this check; it never takes long', () => {
  const graph = graphOf(SMALL);
  fc.assert(
    fc.property(mutations, (changes) => {
      const changed = mutated(graph, changes);
      try {
        checkGraph(changed, EXPECTED);
      } catch (error) {
        expect((error as Error).message).toMatch(/^(is not|has|must have|uses) /);
      }
    }),
    { numRuns: propertyRuns() },
  );
});
