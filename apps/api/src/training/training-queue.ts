import type {
  HostDescription,
  QueuedTrainingOutcome,
  QueuedTrainingReport,
  StartSessionRequest,
} from '@ktrdr/contracts';
import type { JobQueue } from '@ktrdr/job-queue';

/** The queue of trainings, as the API uses it. */
export type TrainingQueue = JobQueue<
  StartSessionRequest,
  QueuedTrainingReport,
  QueuedTrainingOutcome,
  HostDescription
>;

/** Injects the `TrainingQueue`, or `null` where trainings run elsewhere. */
export const TRAINING_QUEUE_CLIENT = Symbol('TRAINING_QUEUE_CLIENT');
