export { CancellationController, CancellationToken, raceCancellation } from './cancellation.js';
export { systemClock, systemRandomId, type Clock, type RandomId } from './clock.js';
export {
  OperationCancelledError,
  errorBodyOf,
  isCancellation,
  operationExists,
  operationNotFound,
  tooManyWaiting,
} from './errors.js';
export { EVENT_INTERVAL_MS, type OperationEvent, type StatusListener } from './events.js';
export type { OrchestratorLogger } from './logger.js';
export type { OperationRecords, RecordsChange } from './attempt-records.js';
export { type MetricsChange } from './metric-series.js';
export { MemoryOperationStore, type MemoryOperationStoreOptions } from './memory-operation-store.js';
export {
  LEGAL_TRANSITIONS,
  changeStatus,
  createOperationId,
  emptyProgress,
  historyEntry,
  newOperation,
  takeOverEntry,
  type StatusChange,
} from './operation.js';
export {
  currentOperation,
  type ManagedOperation,
  type MetricsReporter,
  type OperationContext,
} from './operation-context.js';
export type { OnInterrupt } from './interrupted-operation.js';
export type { OperationsChange } from './operation-feed.js';
export type { OperationRunner } from './operation-runner.js';
export type {
  Lease,
  NewOperation,
  OperationPage,
  OperationQuery,
  OperationStore,
  SavedProgress,
  StoredOperation,
  TakenOver,
  Written,
} from './operation-store.js';
export type { LaunchedOperation } from './operation-launcher.js';
export { DEFAULT_LIST_LIMIT } from './operation-queries.js';
export {
  DEFAULT_LEASE_MS,
  OperationsService,
  type OperationsServiceDependencies,
} from './operations-service.js';
export type { ProgressReporter, ProgressStep, ProgressUpdate } from './progress.js';
export { backtestProgressRenderer } from './renderers/backtest-progress-renderer.js';
export { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
export { downloadProgressRenderer } from './renderers/download-progress-renderer.js';
export { dummyProgressRenderer } from './renderers/dummy-progress-renderer.js';
export type { ProgressRenderer, ProgressState } from './renderers/progress-renderer.js';
export { importProgressRenderer } from './renderers/import-progress-renderer.js';
export { trainingProgressRenderer } from './renderers/training-progress-renderer.js';
export { untilAnswered, type Patience } from './until-answered.js';
export { untilStored } from './until-stored.js';
export { searchText, searchWords } from './search-text.js';
export {
  ServiceOrchestrator,
  hostServiceVariables,
  type HostServiceSetting,
  type HostServiceVariables,
  type ManagerConfiguration,
  type ManagerHealth,
  type ServiceOrchestratorDependencies,
} from './service-orchestrator.js';
export { Slots, type PlaceInLine, type SlotRequest } from './slots.js';
export { WriteListeners } from './write-listeners.js';
