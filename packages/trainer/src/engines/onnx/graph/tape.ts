import type { Graph, Value } from './graph.js';

/** Adds an operator's backward nodes. `gradient` is the derivative of the loss with respect to the operator's output. */
export type Backward = (gradient: Value) => void;

/**
 * Reverse-mode automatic differentiation for graphs. Operators record how to add their backward nodes; `backpropagate` adds them in
 * reverse order.
 */
export class Tape {
  private readonly records: { output: Value; backward: Backward }[] = [];
  private readonly gradients = new Map<Value, Value>();
  private readonly differentiable = new Set<Value>();

  /** @param parameters tensors whose derivatives are needed */
  constructor(
    readonly graph: Graph,
    parameters: Iterable<Value>,
  ) {
    for (const parameter of parameters) this.differentiable.add(parameter);
  }

  /** Whether the derivative with respect to a tensor is needed: it is a parameter or depends on one. */
  needs(value: Value): boolean {
    return this.differentiable.has(value);
  }

  /** Records that `output` depends on parameters, and how to pass its derivative on to the operator's inputs. */
  record(output: Value, backward: Backward): void {
    this.differentiable.add(output);
    this.records.push({ output, backward });
  }

  /** Adds a term to the derivative with respect to `value`. The terms of all uses add up. */
  add(value: Value, gradient: Value): void {
    const known = this.gradients.get(value);
    this.gradients.set(value, known === undefined ? gradient : this.graph.node('Add', [known, gradient]));
  }

  /** Adds the backward pass. @param gradient derivative of the loss with respect to `output` */
  backpropagate(output: Value, gradient: Value): void {
    this.gradients.set(output, gradient);
    for (const record of this.records.toReversed()) {
      const known = this.gradients.get(record.output);
      if (known !== undefined) record.backward(known);
    }
  }

  /** The derivative with respect to a parameter, after `backpropagate`. */
  gradientOf(parameter: Value): Value {
    const gradient = this.gradients.get(parameter);
    if (gradient === undefined) throw new Error(`the loss does not depend on ${parameter}`);
    return gradient;
  }
}
