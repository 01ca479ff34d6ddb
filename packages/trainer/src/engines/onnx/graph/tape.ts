import type { Graph, Value } from './graph.js';

/** Adds an operator's backward nodes, given the derivative of the loss by the operator's output. */
export type Backward = (gradient: Value) => void;

/**
 * Reverse-mode differentiation while a graph is written: operators record what to add for the backward pass, and
 * `backpropagate` has it added in reverse order.
 */
export class Tape {
  private readonly records: { output: Value; backward: Backward }[] = [];
  private readonly gradients = new Map<Value, Value>();
  private readonly differentiable = new Set<Value>();

  /** @param parameters what the loss is differentiated by */
  constructor(
    readonly graph: Graph,
    parameters: Iterable<Value>,
  ) {
    for (const parameter of parameters) this.differentiable.add(parameter);
  }

  /** Whether anyone wants the derivative by this tensor: a parameter, or what comes of one. */
  needs(value: Value): boolean {
    return this.differentiable.has(value);
  }

  /** Records that `output` comes of parameters, and how its derivative goes on to them. */
  record(output: Value, backward: Backward): void {
    this.differentiable.add(output);
    this.records.push({ output, backward });
  }

  /** Adds a part of the derivative by `value`; parts of several uses add up. */
  add(value: Value, gradient: Value): void {
    const known = this.gradients.get(value);
    this.gradients.set(value, known === undefined ? gradient : this.graph.node('Add', [known, gradient]));
  }

  /** Adds the backward pass. @param gradient the loss's derivative by `output` */
  backpropagate(output: Value, gradient: Value): void {
    this.gradients.set(output, gradient);
    for (const record of this.records.toReversed()) {
      const known = this.gradients.get(record.output);
      if (known !== undefined) record.backward(known);
    }
  }

  /** The derivative by a parameter, after `backpropagate`. */
  gradientOf(parameter: Value): Value {
    const gradient = this.gradients.get(parameter);
    if (gradient === undefined) throw new Error(`the loss does not depend on ${parameter}`);
    return gradient;
  }
}
