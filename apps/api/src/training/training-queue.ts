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

/** Injects the `TrainingQueue`, or `null` if trainings do not use a queue. */
export const TRAINING_QUEUE_CLIENT = Symbol('TRAINING_QUEUE_CLIENT');
