import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** What a network is built from. */
export interface NetworkInputs {
  tape: Tape;
  /** `[n, window length * inputs]` */
  features: Value;
  /** By the names of `parameterLayout`, in its shapes, but biases `[1, units]`. */
  parameters: ReadonlyMap<string, Value>;
  /** One a dropout layer, `[n, units]`; `null`: nothing is dropped. */
  masks: readonly Value[] | null;
}
