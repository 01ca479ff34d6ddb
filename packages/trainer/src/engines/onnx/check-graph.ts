import { asBytes, asInteger, fixedLengthOf, WireReader, type WireValue } from './wire-reader.js';

/** The operators of models. A graph of other operators was not written by ktrdr. */
const OPERATORS: ReadonlySet<string> = new Set(
  (
    'Add Cast Concat Div Expand Gather Gemm LeakyRelu Max Mul Relu Reshape ' +
    'Shape Sigmoid Slice Split Sub Tanh Transpose'
  ).split(' '),
);
const [FLOAT, INT64, DOUBLE] = [1, 7, 11];
/** Bytes of one value of a tensor. */
const TYPE_BYTES = new Map([
  [FLOAT, 4],
  [INT64, 8],
  [DOUBLE, 8],
]);
/** Types of attributes: FLOAT, INT, INTS. Others can hold tensors and graphs. */
const ATTRIBUTE_TYPES: ReadonlySet<number> = new Set([1, 2, 7]);

/** Twice those of the deepest network, a GRU of 200 steps. */
const MOST_NODES = 5_000;
const MOST_FIELDS = 100_000;
/** INT64 constants are shapes, positions and lengths. */
const LARGEST_INTEGER = 2 ** 31;
const MOST_NAME_BYTES = 256;
const MOST_OPSET = 13;

/** What the metadata of a model says about its graph. */
export interface ExpectedGraph {
  /** Features of a bar. */
  features: number;
  /** Length of the output. */
  outputs: number;
}

/**
 * Checks a `model.onnx` that may come from outside, before ONNX Runtime gets it. It has only the fields that ktrdr writes: no data in
 * other files, no functions, no operators of other domains, no graphs inside nodes. Numbers and sizes are bounded, and each tensor
 * has as many bytes as its shape says. Input and output are those of the metadata. Weights are not read.
 *
 * @throws Error whose message continues a sentence that begins with the file
 */
export function checkGraph(model: Uint8Array, expected: ExpectedGraph): void {
  new GraphCheck(expected).check(model);
}

interface Port {
  name: string;
  type: number;
  /** `null`: a named length. */
  shape: (number | null)[];
}

class GraphCheck {
  private readonly wire = new WireReader(MOST_FIELDS);

  constructor(private readonly expected: ExpectedGraph) {}

  check(model: Uint8Array): void {
    const graphs: Uint8Array[] = [];
    let operatorSets = 0;
    this.wire.message(model, 'the model', {
      1: asInteger,
      2: checkName,
      7: (graph) => graphs.push(asBytes(graph)),
      8: (set) => {
        this.checkOperatorSet(asBytes(set));
        operatorSets += 1;
      },
      // texts for readers of the file, which can be long: nothing reads them here
      14: (property) => this.wire.message(asBytes(property), 'a property', { 1: checkName, 2: asBytes }),
    });
    if (graphs.length !== 1 || operatorSets !== 1)
      throw new Error('is not a model: it must have one graph and one operator set');
    this.checkContent(graphs[0]!);
  }

  private checkOperatorSet(bytes: Uint8Array): void {
    let version = 0;
    let domain = '';
    this.wire.message(bytes, 'an operator set', {
      1: (value) => (domain = readName(value)),
      2: (value) => (version = asInteger(value)),
    });
    if (domain !== '') throw new Error(`uses operators of another domain, ${JSON.stringify(domain)}`);
    if (version < 1 || version > MOST_OPSET)
      throw new Error(`has operators of version ${version}; models of ktrdr have version ${MOST_OPSET}`);
  }

  private checkContent(graph: Uint8Array): void {
    const inputs: Port[] = [];
    const outputs: Port[] = [];
    let nodes = 0;
    this.wire.message(graph, 'the graph', {
      1: (node) => {
        nodes += 1;
        if (nodes > MOST_NODES) throw new Error(`has more than ${MOST_NODES} nodes`);
        this.checkNode(asBytes(node));
      },
      2: checkName,
      5: (tensor) => this.checkTensor(asBytes(tensor)),
      11: (port) => inputs.push(this.readPort(asBytes(port))),
      12: (port) => outputs.push(this.readPort(asBytes(port))),
    });
    this.checkPorts(inputs, outputs);
  }

  private checkPorts(inputs: readonly Port[], outputs: readonly Port[]): void {
    const { features, outputs: length } = this.expected;
    const [input, output] = [inputs[0], outputs[0]];
    const width = input?.shape[1] ?? 0;
    const isWhole = width > 0 && width % features === 0;
    if (inputs.length !== 1 || !isRows(input!, 'features', DOUBLE) || !isWhole) {
      throw new Error(
        `must have one input "features" of Float64 [rows, bars x ${features} features]; it has ${shown(inputs)}`,
      );
    }
    if (outputs.length !== 1 || !isRows(output!, 'outputs', FLOAT) || output!.shape[1] !== length)
      throw new Error(
        `must have one output "outputs" of Float32 [rows, ${length}]; it has ${shown(outputs)}`,
      );
  }

  private checkNode(bytes: Uint8Array): void {
    let operator = '';
    this.wire.message(bytes, 'a node', {
      1: checkName,
      2: checkName,
      4: (value) => (operator = readName(value)),
      5: (attribute) => this.checkAttribute(asBytes(attribute)),
    });
    if (!OPERATORS.has(operator))
      throw new Error(`has the operator ${JSON.stringify(operator)}, which no model of ktrdr has`);
  }

  private checkAttribute(bytes: Uint8Array): void {
    let type = 0;
    this.wire.message(bytes, 'an attribute', {
      1: checkName,
      2: () => {},
      3: asInteger,
      8: (value) => this.wire.integers(value),
      20: (value) => (type = asInteger(value)),
    });
    if (!ATTRIBUTE_TYPES.has(type))
      throw new Error(`has an attribute of type ${type}, which no model of ktrdr has`);
  }

  private checkTensor(bytes: Uint8Array): void {
    const shape: number[] = [];
    const integers: number[] = [];
    let type = 0;
    let dataBytes = 0;
    let name = '';
    this.wire.message(bytes, 'a tensor', {
      1: (value) => {
        for (const length of this.wire.integers(value)) shape.push(length);
      },
      2: (value) => (type = asInteger(value)),
      4: (value) => (dataBytes += fixedLengthOf(value)),
      7: (value) => {
        for (const integer of this.wire.integers(value)) integers.push(integer);
      },
      8: (value) => (name = readName(value)),
      9: (value) => (dataBytes += asBytes(value).length),
    });
    const tensor = `tensor ${JSON.stringify(name)}`;
    const valueBytes = TYPE_BYTES.get(type);
    if (valueBytes === undefined)
      throw new Error(`has ${tensor} of type ${type}, which no model of ktrdr has`);
    if (type === INT64 && dataBytes > 0) throw new Error(`has ${tensor} of whole numbers as bytes`);
    const given = type === INT64 ? integers.length * valueBytes : dataBytes;
    const size = shape.reduce((product, length) => product * length, valueBytes);
    if (shape.some((length) => length < 0) || size !== given)
      throw new Error(`has ${tensor} of shape [${shape.slice(0, 8).join(', ')}] with ${given} bytes`);
    if (integers.some((value) => Math.abs(value) > LARGEST_INTEGER))
      throw new Error(`has a number in ${tensor} that is too large for a shape`);
  }

  private readPort(bytes: Uint8Array): Port {
    const port: Port = { name: '', type: 0, shape: [] };
    const dimension = (value: WireValue): void => {
      let length: number | null = null;
      this.wire.message(asBytes(value), 'a length', {
        1: (size) => (length = asInteger(size)),
        2: checkName,
      });
      port.shape.push(length);
    };
    const shape = (value: WireValue): void => this.wire.message(asBytes(value), 'a shape', { 1: dimension });
    const tensor = (value: WireValue): void =>
      this.wire.message(asBytes(value), 'a tensor type', {
        1: (type) => (port.type = asInteger(type)),
        2: shape,
      });
    this.wire.message(bytes, 'an input or output', {
      1: (value) => (port.name = readName(value)),
      2: (value) => this.wire.message(asBytes(value), 'a type', { 1: tensor }),
    });
    return port;
  }
}

function isRows({ name, type, shape }: Port, wantedName: string, wantedType: number): boolean {
  return name === wantedName && type === wantedType && shape.length === 2 && shape[0] === null;
}

function shown(ports: readonly Port[]): string {
  const texts = ports.map(
    ({ name, shape }) => `${JSON.stringify(name)} [${shape.map((length) => length ?? 'rows').join(', ')}]`,
  );
  return texts.length === 0 ? 'none' : texts.join(', ').slice(0, 200);
}

function checkName(value: WireValue): void {
  const { length } = asBytes(value);
  if (length > MOST_NAME_BYTES) throw new Error(`has a name of ${length} bytes`);
}

function readName(value: WireValue): string {
  checkName(value);
  return Buffer.from(asBytes(value)).toString('utf8');
}
