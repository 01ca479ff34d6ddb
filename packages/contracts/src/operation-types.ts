import type { OperationMetadata, OperationSummary } from './operation.js';
import type { TrainingResult } from './training-result.js';

/**
 * The types of operations. Each has its metadata, its result and, where it is small, the body of its start request in this file.
 * `training-request.ts` and `training-result.ts` have those of a training.
 */
export const OPERATION_TYPES = ['training', 'dummy'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

export interface TrainingMetadata extends OperationMetadata {
  symbols: string[];
  timeframes: string[];
  /** Name of the strategy. */
  strategy: string;
  /** `YYYY-MM-DD`; `null`: from the first bar. */
  start_date: string | null;
  /** `YYYY-MM-DD`, included; `null`: to the last bar. */
  end_date: string | null;
}

export interface TrainingSummary extends OperationSummary {
  operation_type: 'training';
  metadata: TrainingMetadata;
}

export interface TrainingOperation extends TrainingSummary {
  /** `null` until the training has completed. */
  result: TrainingResult | null;
}

/** Body of `POST /dummy/start`. */
export interface StartDummyRequest {
  /**
   * Duration of an iteration in seconds.
   *
   * @default 2
   */
  duration_seconds?: number;
  /**
   * Number of iterations.
   *
   * @default 100
   */
  iterations?: number;
}

export interface DummyResult {
  iterations_completed: number;
  duration_seconds: number;
}

export interface DummySummary extends OperationSummary {
  operation_type: 'dummy';
}

export interface DummyOperation extends DummySummary {
  /** `null` until the task has completed. */
  result: DummyResult | null;
}

/**
 * An operation in a list, with the metadata of its type.
 *
 * @discriminator operation_type
 */
export type TypedOperationSummary = TrainingSummary | DummySummary;

/**
 * An operation with the metadata and the result of its type: `data` of `GET /operations/:id`, and of each event of
 * `GET /operations/:id/events`.
 *
 * @discriminator operation_type
 */
export type TypedOperation = TrainingOperation | DummyOperation;

/** Metadata of an operation by its type. */
export type OperationMetadataByType = {
  [S in TypedOperationSummary as S['operation_type']]: S['metadata'];
};
