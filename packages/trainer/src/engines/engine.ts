import type { EngineName } from '@ktrdr/contracts';
import type { LossSpec, Targets } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';

/** What an engine computes in a run. It holds one run at a time. */
export interface EngineSetup {
  model: ModelSpec;
  optimiser: OptimiserSpec;
  loss: LossSpec;
  /** Initial parameters, flat, in the order of `parameterLayout(model)`. Copied. */
  parameters: Float32Array;
  /** Whether steps return the gradient's norm, which costs some time. */
  gradientNorms: boolean;
}

/**
 * Batches of equal size for one call, which trains on them one after the other. When `step` resolves, the engine has read all
 * arrays, so that the caller can reuse them.
 */
export interface TrainingBatches {
  /** Number of batches. All arrays hold `count` times the rows of a batch. */
  count: number;
  /** `[rows, input width]` */
  features: Float32Array;
  /** `[rows]` */
  targets: Targets;
  /** `[rows]`, sample weights, which multiply the class weights; `null`: all rows weigh the same. */
  weights: Float32Array | null;
  /** One for each of `dropoutLayers(model)`, `[rows, units]`: 0 for a dropped activation, otherwise 1 / (1 - rate). */
  masks: readonly Float32Array[];
  learningRate: number;
}

/** The result of one batch. */
export interface StepResult {
  /** Weighted mean loss before the update. Not finite if training has diverged. */
  loss: number;
  /** Rows with a correct prediction before the update (with dropout): the class, or the sign of a regression's value. */
  correct: number;
  /** Euclidean norm of the gradient of the loss, before clipping and weight decay; `null` if it was not requested. */
  gradientNorm: number | null;
}

/** Everything that `step` changes. An engine with this state continues bit for bit. */
export interface EngineState {
  /** Flat, in the order of `parameterLayout(model)`. */
  parameters: Float32Array;
  /** The optimiser's vectors (`momentCount` of them), each as long as `parameters`. */
  moments: Float32Array[];
  /** Updates made so far. */
  step: number;
}

/**
 * Computes training steps. It draws no random numbers and does not order rows: the same setup, state and batches give the same
 * bytes, however the batches are grouped into calls.
 *
 * Life cycle: `init`, then any other methods, then `dispose` once. Calls must not overlap. A process holds one engine at a time.
 */
export interface Engine {
  readonly name: EngineName;
  /** `cpu` or `gpu`. */
  readonly device: string;
  /** Begins a new run with fresh optimiser state. @throws KtrdrError `engine_unsupported` if the engine cannot compute the setup */
  init(setup: EngineSetup): Promise<void>;
  /** The fastest number of batches for a call of `step`, for batches of this many rows. */
  stepsAtOnce(batchRows: number): number;
  /** For each batch: forward pass, loss, backward pass, clipping, one update of the parameters. */
  step(batches: TrainingBatches): Promise<StepResult[]>;
  /** `features` `[rows, input width]` -> outputs `[rows, outputs]`: logits, or the values of a regression. Without dropout; does not change the state. */
  predict(features: Float32Array): Promise<Float32Array>;
  /** Returns a copy. */
  getState(): Promise<EngineState>;
  /** Copies the given state. */
  setState(state: EngineState): Promise<void>;
  /** Frees all memory. */
  dispose(): void;
}
