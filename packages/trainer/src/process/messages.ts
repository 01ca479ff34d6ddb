/** IPC messages between the parent and the trainer's process (structured clone keeps NaN). The child's are `TrainerMessage`. */
import type { TrainingRunRequest } from '../run/training-run.js';

export type ParentMessage =
  /** The response to `ready`. */
  | { type: 'start'; request: TrainingRunRequest }
  /** Stop at the next batch and exit. */
  | { type: 'cancel' };
