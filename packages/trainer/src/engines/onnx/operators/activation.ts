import { LEAKY_RELU_SLOPE, type Activation } from '../../../network/model-spec.js';
import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** HardSigmoid clips `alpha x + beta` to 0..1. With this huge alpha it is a step function, faster than Sign: 1 above 0, otherwise 0. */
const STEEP = { alpha: { float: 3e38 }, beta: { float: 0 } };

/** An elementwise activation. The backward pass computes the derivative from the output y. */
export function activate(tape: Tape, input: Value, activation: Activation): Value {
  const { graph } = tape;
  const output = activationOf(tape, input, activation);
  tape.record(output, (gradient) => {
    tape.add(input, graph.node('Mul', [gradient, slopeOf(tape, output, activation)]));
  });
  return output;
}

function activationOf({ graph }: Tape, input: Value, activation: Activation): Value {
  switch (activation) {
    case 'relu':
      return graph.node('Relu', [input]);
    case 'leaky_relu':
      return graph.node('LeakyRelu', [input], { alpha: { float: LEAKY_RELU_SLOPE } });
    case 'tanh':
      return graph.node('Tanh', [input]);
    case 'sigmoid':
      return graph.node('Sigmoid', [input]);
  }
}

function slopeOf(tape: Tape, output: Value, activation: Activation): Value {
  const { graph } = tape;
  switch (activation) {
    case 'relu':
      return graph.node('HardSigmoid', [output], STEEP);
    case 'leaky_relu':
      return graph.node('Max', [graph.node('HardSigmoid', [output], STEEP), graph.scalar(LEAKY_RELU_SLOPE)]);
    case 'tanh':
      return tanhSlope(tape, output);
    case 'sigmoid':
      return sigmoidSlope(tape, output);
  }
}

/** `1 - y^2` */
export function tanhSlope({ graph }: Tape, output: Value): Value {
  return graph.node('Sub', [graph.scalar(1), graph.node('Mul', [output, output])]);
}

/** `y (1 - y)` */
export function sigmoidSlope({ graph }: Tape, output: Value): Value {
  return graph.node('Sub', [output, graph.node('Mul', [output, output])]);
}
