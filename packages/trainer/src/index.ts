/**
 * Bars and a strategy in, a trained model out. The folders, lowest first; a file imports only from its own folder and from those
 * above it in this list (`trainerRooms` in .dependency-cruiser.mjs):
 *
 * - files: checksums, staging folders, errors of the file system
 * - network: layers and parameters, loss, optimiser, random numbers
 * - data: from bars to normalised rows in a training, a validation and a test part
 * - engines: compute training steps and predictions (own kernels, ONNX Runtime, TensorFlow.js)
 * - loop: epochs, batches and callbacks
 * - checkpoints: the states of loops on disk
 * - members: seeds and folds, trained in parallel in lanes
 * - evaluation: metrics, baselines, feature importance, walk-forward
 * - analytics: figures of each epoch, alerts and the report page
 * - models: writes, reads, lists and compares stored models
 * - run: one training from request to result
 * - process: runs a training in a child process
 * - engine-choice: finds the fastest engine for a network
 * - prediction: decisions of a stored model for new bars, and what they would have earned
 */
export { filesBelow, listArtifacts, openArtifact, writeArtifact } from './files/artifacts.js';
export { Staging } from './files/staging.js';
export type { ModelSpec } from './network/model-spec.js';
export type { DataPart } from './data/data-parts.js';
export { createEngine } from './engines/create-engine.js';
export { treatDenormalsAsZero } from './engines/onnx/denormals.js';
export { deviceOf } from './engines/engine-names.js';
export { checkEngineSupport, supportsModel } from './engines/engine-support.js';
export type { Engine } from './engines/engine.js';
export { Progress } from './loop/callbacks/progress.js';
export { runTrainingLoop } from './loop/loop.js';
export { TrainingCancelledError } from './loop/training-cancelled-error.js';
export type { CheckpointNetwork } from './checkpoints/checkpoint-header.js';
export { CheckpointFiles } from './checkpoints/checkpoint-files.js';
export { CheckpointFolders } from './checkpoints/checkpoint-folders.js';
export { PeriodicCheckpoints } from './checkpoints/periodic-checkpoints.js';
export { mostFileBytes } from './models/model-files.js';
export { compareModels } from './models/compare-models.js';
export { checkModelName } from './models/model-names.js';
export { ModelStorage } from './models/model-storage.js';
export type { ModelDetails } from './models/model-storage.js';
export type { StoredModel } from './models/place-model.js';
export { checkpointNetworkOf } from './run/run-checkpoints.js';
export { train } from './run/train.js';
export type { TrainingHooks, TrainingRunOutcome, TrainingRunRequest } from './run/training-run.js';
export type { TrainerProcessOptions } from './process/run-child.js';
export { runTrainerProcess } from './process/run-trainer-process.js';
export { WarmProcesses, type WarmProcessesSettings } from './process/warm-processes.js';
export { EngineMemory } from './engine-choice/engine-memory.js';
export { EngineSelector } from './engine-choice/engine-selector.js';
export { fasterCpuEngine } from './engine-choice/cpu-engine.js';
export { trialNetworkOf } from './engine-choice/trial-network.js';
export { untilAborted } from './engine-choice/until-aborted.js';
export type { BacktestOutcome } from './prediction/backtest-model.js';
export { type BacktestRun, checkBacktest } from './prediction/check-backtest.js';
export type { PredictionRun } from './prediction/predict.js';
export type { DecisionsRun } from './prediction/decide-test-part.js';
export { runBacktestProcess } from './prediction/run-backtest-process.js';
export {
  type PredictionProcessOptions,
  runDecisionsProcess,
  runPredictionProcess,
} from './prediction/run-prediction-process.js';
