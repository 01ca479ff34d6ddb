import type { ReadyTraining } from '@ktrdr/training-operation';

/** A session that was checked: the strategy is valid, an engine is available, and the bars are the requested ones. */
export interface SessionRequest extends ReadyTraining {
  /** Attempt of the API's operation, from 1. */
  attempt: number;
}
