import type { EngineName } from '@ktrdr/contracts';
import type { LossSpec, Targets } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';

/** What a run computes; an engine holds one at a time. */
export interface EngineSetup {
  model: ModelSpec;
  optimiser: OptimiserSpec;
  loss: LossSpec;
  /** Initial parameters, flat, in the order of `parameterLayout(model)`. Copied. */
  parameters: Float32Array;
  /** Steps say the gradient's norm, which costs a little. */
  gradientNorms: boolean;
}

/**
 * Batches of equal size that are trained on one after the other, in one call. The engine has read all arrays when
 * `step` has resolved, so that buffers can be used again.
 */
export interface TrainingBatches {
  /** Batches; all arrays hold that many times a batch's rows. */
  count: number;
  /** `[rows, input width]` */
  features: Float32Array;
  /** `[rows]` */
  targets: Targets;
  /** `[rows]`, what each row counts for besides its class's weight; `null`: all the same. */
  weights: Float32Array | null;
  /** For each of `dropoutLayers(model)` `[rows, units]`: 0 for a dropped activation, else 1 / (1 - rate). */
  masks: readonly Float32Array[];
  learningRate: number;
}

/** Of one batch. */
export interface StepResult {
  /** Mean loss before the update, weighted by row. Not finite when training has diverged. */
  loss: number;
  /** Rows that were right before the update (with dropout on): the class, or a regression's sign. */
  correct: number;
  /** Euclidean norm of the whole gradient of the loss, before clipping and weight decay; `null` where it was not asked for. */
  gradientNorm: number | null;
}

/** Everything that `step` changes: an engine given this state goes on bit for bit. */
export interface EngineState {
  /** Flat, in the order of `parameterLayout(model)`. */
  parameters: Float32Array;
  /** The optimiser's vectors (`momentCount`), each as long as `parameters`. */
  moments: Float32Array[];
  /** Updates made so far. */
  step: number;
}

/**
 * What computes training steps. It draws no random numbers and orders no data: for the same setup, state and batches
 * it gives the same bytes, however the batches are grouped into calls.
 *
 * Life: `init`, then any of the others, then `dispose` once. Calls must not overlap. One engine at a time in a process.
 */
export interface Engine {
  readonly name: EngineName;
  /** `cpu` or `gpu`. */
  readonly device: string;
  /** Takes a new run, with fresh optimiser state. Throws `engine_unsupported` for a setup that it cannot compute. */
  init(setup: EngineSetup): Promise<void>;
  /** How many batches of this many rows a call of `step` should have at most, for speed. */
  stepsAtOnce(batchRows: number): number;
  /** For each batch: forward, loss, backward, clipping, one update of the parameters. */
  step(batches: TrainingBatches): Promise<StepResult[]>;
  /** `features` `[rows, input width]` -> outputs `[rows, outputs]`: logits, or a regression's values. Dropout is off; changes nothing. */
  predict(features: Float32Array): Promise<Float32Array>;
  /** A copy. */
  getState(): Promise<EngineState>;
  /** Copies. */
  setState(state: EngineState): Promise<void>;
  /** Gives all memory back. */
  dispose(): void;
}
