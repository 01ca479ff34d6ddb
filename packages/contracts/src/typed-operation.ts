import type { DummyResult } from './api.js';
import type { Operation } from './operation.js';
import type { TrainingResult } from './training-result.js';

/** A training. */
export interface TrainingOperation extends Operation {
  operation_type: 'training';
  /** `null` until the training has completed. */
  result: TrainingResult | null;
}

/** A dummy task. */
export interface DummyOperation extends Operation {
  operation_type: 'dummy';
  /** `null` until the task has completed. */
  result: DummyResult | null;
}

/**
 * An operation with the result of its type: `data` of `GET /operations/:id`, and of each event of `GET /operations/:id/events`.
 *
 * @discriminator operation_type
 */
export type TypedOperation = TrainingOperation | DummyOperation;
