import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** The tensors that a network is built from. */
export interface NetworkInputs {
  tape: Tape;
  /** `[n, window length * inputs]` */
  features: Value;
  /** By name, with the names and shapes of `parameterLayout`; only biases are `[1, units]`. */
  parameters: ReadonlyMap<string, Value>;
  /** One for each dropout layer, `[n, units]`; `null`: without dropout. */
  masks: readonly Value[] | null;
}
