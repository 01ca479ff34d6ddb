import type { EngineName } from '@ktrdr/contracts';
import type { LossSpec } from '../loss.js';
import type { ModelSpec } from '../model-spec.js';
import type { OptimiserSpec } from '../optimiser.js';

/** What a run computes; an engine holds one at a time. */
export interface EngineSetup {
  model: ModelSpec;
  optimiser: OptimiserSpec;
  loss: LossSpec;
  /** Initial parameters, flat, in the order of `parameterLayout(model)`. Copied. */
  parameters: Float32Array;
}

/** One batch of n training rows. The engine has read all arrays when `step` has resolved, so that buffers can be used again. */
export interface TrainingBatch {
  /** `[n, inputs]` */
  features: Float32Array;
  /** `[n]`, 0-based classes. */
  labels: Int32Array;
  /** For each of `dropoutLayers(model)` `[n, units]`: 0 for a dropped activation, else 1 / (1 - rate). */
  masks: readonly Float32Array[];
  learningRate: number;
}

export interface StepResult {
  /** Mean loss of the batch before the update, weighted by class. Not finite when training has diverged. */
  loss: number;
  /** Rows of the batch that were classified right before the update (with dropout on). */
  correct: number;
  /** Euclidean norm of the whole gradient of the loss, before clipping and weight decay. */
  gradientNorm: number;
}

/** What the model says of rows whose class is known; dropout is off. */
export interface Evaluation {
  /** Mean loss, weighted by class as in training; the plain mean when every row's class has weight 0. */
  loss: number;
  /** 0..1 */
  accuracy: number;
  /** `[rows, outputs]` */
  logits: Float32Array;
}

/** Everything that `step` changes: an engine given this state goes on bit for bit. */
export interface EngineState {
  /** Flat, in the order of `parameterLayout(model)`. */
  parameters: Float32Array;
  /** The optimiser's vectors, each as long as `parameters`; for Adam the first and second moment. */
  moments: Float32Array[];
  /** Updates made so far. */
  step: number;
}

/**
 * What computes training steps. It draws no random numbers and orders no data: for the same setup, state and batches
 * it gives the same bytes.
 *
 * Life: `init`, then any of the others, then `dispose` once. Calls must not overlap. One engine at a time in a process.
 */
export interface Engine {
  readonly name: EngineName;
  /** `cpu` or `gpu`. */
  readonly device: string;
  /** Takes a new run, with fresh optimiser state. Throws `engine_unsupported` for a setup that it cannot compute. */
  init(setup: EngineSetup): Promise<void>;
  /** Forward, loss, backward, clipping, one update of the parameters. */
  step(batch: TrainingBatch): Promise<StepResult>;
  /**
   * Changes nothing.
   *
   * @param features `[rows, inputs]`
   * @param labels `[rows]`
   * @param pause awaited every thousand rows or so, where the caller may let others run or throw to stop
   */
  evaluate(features: Float32Array, labels: Int32Array, pause?: () => Promise<void>): Promise<Evaluation>;
  /** `features` `[rows, inputs]` -> logits `[rows, outputs]`. Changes nothing. */
  predict(features: Float32Array, pause?: () => Promise<void>): Promise<Float32Array>;
  /** A copy. */
  getState(): Promise<EngineState>;
  /** Copies. */
  setState(state: EngineState): Promise<void>;
  /** Gives all memory back. */
  dispose(): void;
}
