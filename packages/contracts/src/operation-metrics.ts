/** Wire types of what an operation records over time: the values after each epoch of a training, and the phases of any operation. */

/**
 * A whole number from 0.
 *
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
type Count = number;

/** Most points of one operation. Of more epochs, evenly spaced ones are kept. */
export const MOST_METRIC_POINTS = 1_000;

/** Place of an epoch in a training. */
export interface EpochPlace {
  /** Number of the seed, from 1, of a training with several; `null` with one. */
  seed: Count | null;
  /** Number of the epoch, from 1. */
  epoch: Count;
}

/** Values after one epoch. A value is `null` if it is unknown or not finite. */
export interface EpochMetrics extends EpochPlace {
  /**
   * End of the epoch, ISO 8601 in UTC.
   *
   * @maxLength 40
   */
  at: string;
  train_loss: number | null;
  val_loss: number | null;
  train_accuracy: number | null;
  val_accuracy: number | null;
  /** Learning rate of this epoch. */
  learning_rate: number | null;
  /** Training samples per second, validation included. */
  samples_per_second: number | null;
}

/** One point of a training's curve. */
export interface MetricPoint extends EpochMetrics {
  /** Attempt that computed the epoch, from 1. */
  attempt: number;
}

/** Query of `GET /operations/:id/metrics` and, at a training host, of `GET /training/sessions/:id`. */
export interface PointsQuery {
  /**
   * Last point of each seed that the client has, as `SEED.EPOCH`, separated by commas; the seed is 0 in a training with one seed. The
   * response has only later points. If the client has more epochs of a seed than the API, the response has all points of this seed.
   *
   * @example "1.12,2.9"
   */
  after?: string;
}

/** `data` of `GET /operations/:id/metrics`. */
export interface OperationMetrics {
  operation_id: string;
  /**
   * One point for each epoch, by seed and epoch. Of more than 1,000 epochs, evenly spaced ones, with the first, the best and the last of
   * each seed. A resume keeps the epochs before; a retry starts again. Empty for operations without epochs.
   *
   * @maxItems 1000
   */
  points: MetricPoint[];
}

/** Most phases of one operation in its timeline. */
export const MOST_TIMELINE_PHASES = 200;

/** One phase of an operation. Times are ISO 8601 in UTC. */
export interface TimelinePhase {
  /** From 1. */
  attempt: number;
  /** `loading bars`, `training`, `waiting for a free slot`. */
  phase: string;
  started_at: string;
  /** `null` while it runs. */
  ended_at: string | null;
}

/** `data` of `GET /operations/:id/timeline`. */
export interface OperationTimeline {
  operation_id: string;
  /**
   * All attempts, oldest first. Of more than 200 phases, the first and the newest. Empty for operations that report no phase.
   *
   * @maxItems 200
   */
  phases: TimelinePhase[];
}
