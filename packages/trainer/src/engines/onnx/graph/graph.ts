import { createRequire } from 'node:module';
import type { onnx as OnnxProto } from 'onnx-proto';

const require = createRequire(import.meta.url);
const { onnx } = require('onnx-proto') as { onnx: typeof OnnxProto };

/** The name of a tensor in a graph. */
export type Value = string;

/** A number becomes an INT attribute, a list of numbers INTS, `{ float }` a FLOAT. */
export type Attributes = Record<string, number | readonly number[] | { float: number }>;

/** An input or output of a graph: name and shape. A text in the shape names a variable length. */
export interface GraphPort {
  name: Value;
  shape: readonly (number | string)[];
  /** Default: Float32. */
  type?: 'double';
}

/** ONNX operator set of the graphs. 13 is the first whose Split makes equal parts; every runtime since 2020 supports it. */
const OPSET = 13;
/** Version of the file format for this operator set. */
const IR_VERSION = 8;
const { FLOAT, DOUBLE, INT64 } = onnx.TensorProto.DataType;

/** Builds an ONNX graph node by node. Tensors are Float32 unless stated otherwise. */
export class Graph {
  private readonly nodes: OnnxProto.INodeProto[] = [];
  private readonly initializers = new Map<string, OnnxProto.ITensorProto>();
  private readonly outputNames = new Map<Value, string>();
  private names = 0;

  /** @param mostParts of one Split node: a GPU binds a limited number of buffers to a program. More parts take several nodes. */
  constructor(private readonly mostParts = Number.POSITIVE_INFINITY) {}

  /** Adds a node with one output and returns the output's name. */
  node(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.nodeOf(1, type, inputs, attributes)[0]!;
  }

  /** Adds a node with several outputs and returns their names. */
  nodeOf(outputs: number, type: string, inputs: readonly Value[], attributes: Attributes = {}): Value[] {
    const output = Array.from({ length: outputs }, () => this.freshName());
    this.nodes.push({ opType: type, input: [...inputs], output, attribute: toProto(attributes) });
    return output;
  }

  /** Makes a node's output an output of the graph by renaming it. An Identity node would copy it if other nodes also read it. */
  output(name: string, value: Value): void {
    this.outputNames.set(value, name);
  }

  /** A scalar constant. Equal constants share one tensor. */
  scalar(value: number): Value {
    return this.initializer(`scalar ${value}`, { dims: [], dataType: FLOAT, floatData: [value] });
  }

  /** An INT64 vector, for shape operators. Equal vectors share one tensor. */
  integers(values: readonly number[]): Value {
    return this.initializer(`integers ${values.join(' ')}`, {
      dims: [values.length],
      dataType: INT64,
      int64Data: [...values],
    });
  }

  /** A named constant. */
  constant(name: string, shape: readonly number[], values: Float32Array): Value {
    const rawData = new Uint8Array(values.length * Float32Array.BYTES_PER_ELEMENT);
    const view = new DataView(rawData.buffer);
    values.forEach((value, index) => view.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, value, true));
    this.initializers.set(name, { name, dims: [...shape], dataType: FLOAT, rawData });
    return name;
  }

  /** A named Float64 vector. */
  doubles(name: string, values: Float64Array): Value {
    const rawData = new Uint8Array(values.length * Float64Array.BYTES_PER_ELEMENT);
    const view = new DataView(rawData.buffer);
    values.forEach((value, index) => view.setFloat64(index * Float64Array.BYTES_PER_ELEMENT, value, true));
    this.initializers.set(name, { name, dims: [values.length], dataType: DOUBLE, rawData });
    return name;
  }

  /** Converts numbers or booleans to Float32. */
  toFloat(value: Value): Value {
    return this.node('Cast', [value], { to: FLOAT });
  }

  /** Reshapes a tensor; -1 stands for the one length that follows from the others. */
  reshape(value: Value, shape: readonly number[]): Value {
    return this.node('Reshape', [value, this.integers(shape)]);
  }

  /**
   * Splits a tensor into `count` parts of equal length. @param length of a part; it may be missing if it depends on the batch and
   * `count` has a divisor up to `mostParts`
   */
  splitEqually(value: Value, count: number, axis: number, length?: number): Value[] {
    if (count === 1) return [value];
    if (count <= this.mostParts) return this.nodeOf(count, 'Split', [value], { axis });
    if (length !== undefined) {
      return this.split(
        value,
        Array.from({ length: count }, () => length),
        axis,
      );
    }
    const groups = largestDivisor(count, this.mostParts);
    if (groups === 1) throw new Error(`cannot split into ${count} parts, ${this.mostParts} at a time`);
    return this.splitEqually(value, groups, axis).flatMap((group) =>
      this.splitEqually(group, count / groups, axis),
    );
  }

  split(value: Value, lengths: readonly number[], axis: number): Value[] {
    if (lengths.length === 1) return [value];
    if (lengths.length <= this.mostParts) {
      return this.nodeOf(lengths.length, 'Split', [value, this.integers(lengths)], { axis });
    }
    const size = Math.ceil(lengths.length / this.mostParts);
    const groups = Array.from({ length: Math.ceil(lengths.length / size) }, (_, at) =>
      lengths.slice(at * size, (at + 1) * size),
    );
    const sums = groups.map((group) => group.reduce((sum, length) => sum + length, 0));
    return this.split(value, sums, axis).flatMap((part, at) => this.split(part, groups[at]!, axis));
  }

  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? values[0]! : this.node('Concat', values, { axis });
  }

  /**
   * The graph as the bytes of an `.onnx` file. The same calls give the same bytes.
   *
   * @param metadata texts for readers of the file
   */
  encode(
    name: string,
    inputs: readonly GraphPort[],
    outputs: readonly GraphPort[],
    metadata: Readonly<Record<string, string>> = {},
  ): Uint8Array {
    return onnx.ModelProto.encode({
      irVersion: IR_VERSION,
      producerName: 'ktrdr',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name,
        node: this.nodes.map((node) => ({
          ...node,
          input: this.renamed(node.input!),
          output: this.renamed(node.output!),
        })),
        initializer: [...this.initializers.values()],
        input: inputs.map(portProto),
        output: outputs.map(portProto),
      },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }).finish();
  }

  private initializer(key: string, tensor: OnnxProto.ITensorProto): Value {
    const known = this.initializers.get(key);
    if (known !== undefined) return known.name!;
    const name = this.freshName();
    this.initializers.set(key, { ...tensor, name });
    return name;
  }

  private renamed(values: readonly Value[]): Value[] {
    return values.map((value) => this.outputNames.get(value) ?? value);
  }

  private freshName(): string {
    this.names += 1;
    return `t${this.names}`;
  }
}

/** The largest divisor of `count` that is at most `limit`. */
function largestDivisor(count: number, limit: number): number {
  let divisor = limit;
  while (count % divisor !== 0) divisor -= 1;
  return divisor;
}

function toProto(attributes: Attributes): OnnxProto.IAttributeProto[] {
  const { INT, INTS, FLOAT: FLOAT_TYPE } = onnx.AttributeProto.AttributeType;
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return { name, type: INT, i: value };
    return 'float' in value
      ? { name, type: FLOAT_TYPE, f: value.float }
      : { name, type: INTS, ints: [...value] };
  });
}

function portProto({ name, shape, type }: GraphPort): OnnxProto.IValueInfoProto {
  const dim = shape.map((length) =>
    typeof length === 'string' ? { dimParam: length } : { dimValue: length },
  );
  return { name, type: { tensorType: { elemType: type === 'double' ? DOUBLE : FLOAT, shape: { dim } } } };
}
