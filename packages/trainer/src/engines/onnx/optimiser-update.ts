import { decaysOf, type OptimiserSpec } from '../../network/optimiser.js';
import type { Graph, Value } from './graph/graph.js';

/** Factors of one step, each `[1, 1]`. */
export interface StepFactors {
  /** Negative: `-rate`. */
  descent: Value;
  epsilon: Value;
  shrink: Value;
}

/** An optimiser's vectors, each `[1, parameters]`. */
export interface OptimiserState {
  parameters: Value;
  /** Decayed sums in the order of `momentCount`. */
  moments: Value[];
}

/**
 * Adds one update of all parameters. `Optimiser` defines it. A sum `a x + y` is a matrix product with a `[1, 1]` factor: ONNX
 * Runtime computes it in one pass, Mul and Add in two.
 *
 * @param gradient `[1, parameters]`
 * @param norm `[1, 1]`, the gradient's norm; required if the gradient is clipped
 */
export function updateParameters(
  graph: Graph,
  spec: OptimiserSpec,
  state: OptimiserState,
  gradient: Value,
  norm: Value | null,
  factors: StepFactors,
): OptimiserState {
  const { parameters } = state;
  const { first, second } = decaysOf(spec);
  const scaleAndAdd = (factor: Value, value: Value, to: Value): Value =>
    graph.node('Gemm', [factor, value, to]);
  const factor = (value: number): Value => graph.constant(`factor ${value}`, [1, 1], Float32Array.of(value));

  let slope = norm === null ? gradient : clip(graph, gradient, norm, spec.gradientClip!);
  if (spec.weightDecay > 0 && spec.type !== 'adamw') {
    slope = scaleAndAdd(factor(spec.weightDecay), parameters, slope);
  }
  const moments: Value[] = [];
  let direction = slope;
  if (first !== null) {
    direction = scaleAndAdd(factor(first), state.moments[0]!, slope);
    moments.push(direction);
  }
  if (second !== null) {
    const square = graph.node('Mul', [slope, slope]);
    const sum = scaleAndAdd(factor(second), state.moments.at(-1)!, square);
    moments.push(sum);
    direction = graph.node('Div', [
      direction,
      graph.node('Add', [graph.node('Sqrt', [sum]), factors.epsilon]),
    ]);
  }
  const shrunk =
    spec.type === 'adamw' && spec.weightDecay > 0
      ? graph.node('Mul', [parameters, factors.shrink])
      : parameters;
  return { parameters: scaleAndAdd(factors.descent, direction, shrunk), moments };
}

/** Scales the gradient down to `limit` if its norm is greater. */
function clip(graph: Graph, gradient: Value, norm: Value, limit: number): Value {
  const most = graph.scalar(limit);
  return graph.node('Mul', [gradient, graph.node('Div', [most, graph.node('Max', [norm, most])])]);
}
