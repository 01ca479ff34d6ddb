export { resolveEngine } from './engines/select-engine.js';
export { readArtifacts } from './artifacts.js';
export { ModelStorage, withStoredModel } from './model-storage.js';
export type { ModelDetails, StoredModel } from './model-storage.js';
export { runTrainerProcess } from './process/run-trainer-process.js';
export type { TrainerProcessOptions } from './process/run-child.js';
export { train } from './train.js';
export { TrainingCancelledError } from './training-cancelled-error.js';
export type { TrainingHooks, TrainingRunOutcome, TrainingRunRequest } from './training-run.js';
