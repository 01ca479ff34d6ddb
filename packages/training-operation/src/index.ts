export { hooksOf, type RunReports, type TrainingRunHooks } from './run-hooks.js';
export { fromStored, requestOf, toStored, type StoredTraining } from './stored-training.js';
export { TrainingOptionsDto } from './training-options.dto.js';
export { describeTraining, type TrainingRequest } from './training-request.js';
export { TrainingRunner, type ReadyTraining, type RunnerSettings } from './training-runner.js';
export { DEFAULT_FEATURE_CACHE_MB, defaultTrainingMemoryMb, mostPredictionMb } from './machine-limits.js';
export { type BudgetedEstimate, TrainingBudget, type TrainingLimits } from './training-budget.js';
