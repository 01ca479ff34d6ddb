import type { EngineChoice, EpochMetrics, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { OperationContext } from '@ktrdr/orchestrator';
import { trainingProgress } from './training-progress.js';

/** The reports of a run, the same for every place. */
export interface RunReports {
  /** The run's engine is chosen. */
  onEngine?: (engine: EngineChoice) => void;
  /** A report of the training process. */
  onProgress: (update: TrainingProgressUpdate) => void;
  /** The values of epochs that have ended, in order. Each epoch replaces those of its seed at its place and after. */
  onEpochs: (epochs: readonly EpochMetrics[]) => void;
  /** Whether the run could resume from a checkpoint if it ended now. */
  onResumable: (resumable: boolean) => void;
  /** What the run waits for while the training process reports nothing: `contacting the host`. */
  onWaiting: (phase: string) => void;
  /** A warning, as soon as it is known. */
  onWarning: (warning: string) => void;
  /** A line that the training process wrote. It belongs in the log. */
  onOutput: (line: string) => void;
}

/** A run's view of its operation, the same for every place. {@link OperationContext} explains the fields that it has in common. */
export interface TrainingRunHooks
  extends
    RunReports,
    Pick<
      OperationContext,
      'operationId' | 'attempt' | 'resume' | 'takenOver' | 'token' | 'begin' | 'confirmOwner'
    > {}

/** Joins a run to the operation it belongs to. */
export function hooksOf(context: OperationContext): TrainingRunHooks {
  const { operationId, attempt, resume, takenOver, token, begin, confirmOwner } = context;
  const { progress, metrics, logger } = context;
  return {
    operationId,
    attempt,
    resume,
    takenOver,
    token,
    begin,
    confirmOwner,
    onProgress: (update) => progress.update(trainingProgress(update)),
    onEpochs: (epochs) => metrics.add(epochs),
    onResumable: context.setResumable,
    onWaiting: (phase) => progress.update({ context: { phase }, waiting: true }),
    onWarning: context.warn,
    onOutput: (line) => logger.info(line),
  };
}
