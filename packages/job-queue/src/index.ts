export { JobLostError, type JobStop, type WorkedJob } from './held-job.js';
export { JobQueue, type JobPriority } from './job-queue.js';
export type { JobState } from './job-state.js';
export { JobWorker } from './job-worker.js';
export type { KnownWorker } from './known-workers.js';
export type { QueuedJob, QueueReader } from './messages.js';
