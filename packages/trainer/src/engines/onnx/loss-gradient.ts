import { SMALLEST_MISS, type LossSpec } from '../../network/loss.js';
import type { Graph, Value } from './graph/graph.js';

/**
 * Adds the derivative of the loss sum with respect to the network's outputs. `lossSums` defines the loss.
 *
 * @param outputs `[n, outputs]`
 * @param targets `[n, outputs]`: one-hot classes, or the values of a regression
 * @param scales `[n, outputs]`: the scale of each row, repeated for each output
 * @returns `[n, outputs]`
 */
export function lossGradient(
  graph: Graph,
  loss: LossSpec,
  outputs: Value,
  targets: Value,
  scales: Value,
): Value {
  switch (loss.type) {
    case 'cross_entropy': {
      const probabilities = graph.node('Softmax', [outputs], { axis: 1 });
      return graph.node('Mul', [graph.node('Sub', [probabilities, targets]), scales]);
    }
    case 'focal':
      return focalGradient(graph, loss.gamma, outputs, targets, scales);
    case 'mse': {
      const error = graph.node('Sub', [outputs, targets]);
      return graph.node('Mul', [graph.node('Mul', [error, graph.scalar(2)]), scales]);
    }
    case 'huber': {
      const error = graph.node('Sub', [outputs, targets]);
      const cut = graph.node('Clip', [error, graph.scalar(-loss.delta), graph.scalar(loss.delta)]);
      return graph.node('Mul', [cut, scales]);
    }
  }
}

/** The gradient of cross-entropy times `m^gamma - gamma p m^(gamma - 1) ln p`, where p is the probability of the row's class and m = 1 - p. */
function focalGradient(graph: Graph, gamma: number, outputs: Value, targets: Value, scales: Value): Value {
  const logProbabilities = graph.node('LogSoftmax', [outputs], { axis: 1 });
  const probabilities = graph.node('Exp', [logProbabilities]);
  const ofTarget = (value: Value): Value =>
    graph.node('ReduceSum', [graph.node('Mul', [value, targets]), graph.integers([1])], { keepdims: 1 });
  const logProbability = ofTarget(logProbabilities);
  const probability = graph.node('Exp', [logProbability]);
  const miss = graph.node('Max', [
    graph.node('Sub', [graph.scalar(1), probability]),
    graph.scalar(SMALLEST_MISS),
  ]);
  const steep = graph.node('Mul', [
    graph.node('Mul', [probability, logProbability]),
    graph.node('Mul', [graph.node('Pow', [miss, graph.scalar(gamma - 1)]), graph.scalar(gamma)]),
  ]);
  const factor = graph.node('Sub', [graph.node('Pow', [miss, graph.scalar(gamma)]), steep]);
  const error = graph.node('Sub', [probabilities, targets]);
  return graph.node('Mul', [error, graph.node('Mul', [factor, scales])]);
}
