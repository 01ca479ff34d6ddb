import type { BacktestMetadata, BacktestResult } from './backtest-operation.js';
import type { DownloadMetadata, DownloadResult } from './data-download.js';
import type { ImportMetadata, ImportResult } from './data-import.js';
import type { OperationMetadata, OperationSummary } from './operation.js';
import type { TrainingResult } from './training-result.js';

/**
 * The types of operations. This file has the metadata and result of each type, and the body of its start request. Those of a
 * training, a backtest, an import and a download are larger and have their own files: `training-request.ts`, `training-result.ts`,
 * `backtest-operation.ts`, `data-import.ts`, `data-download.ts`.
 */
export const OPERATION_TYPES = ['training', 'backtest', 'import', 'download', 'dummy'] as const;
/** Type of an operation. */
export type OperationType = (typeof OPERATION_TYPES)[number];

/** Metadata of a training. */
export interface TrainingMetadata extends OperationMetadata {
  symbols: string[];
  timeframes: string[];
  /** Name of the strategy. */
  strategy: string;
  /** `YYYY-MM-DD`; `null`: from the first bar. */
  start_date: string | null;
  /** `YYYY-MM-DD`, included; `null`: to the last bar. */
  end_date: string | null;
}

/** A training in a list. */
export interface TrainingSummary extends OperationSummary {
  operation_type: 'training';
  metadata: TrainingMetadata;
}

/** A training with its result. */
export interface TrainingOperation extends TrainingSummary {
  /** `null` until the training has completed. */
  result: TrainingResult | null;
}

/** A backtest in a list. */
export interface BacktestSummary extends OperationSummary {
  operation_type: 'backtest';
  metadata: BacktestMetadata;
}

/** A backtest with its result. */
export interface BacktestOperation extends BacktestSummary {
  /** `null` until the backtest has completed. */
  result: BacktestResult | null;
}

/** An import in a list. */
export interface ImportSummary extends OperationSummary {
  operation_type: 'import';
  metadata: ImportMetadata;
}

/** An import with its result. */
export interface ImportOperation extends ImportSummary {
  /** `null` until the import has completed. */
  result: ImportResult | null;
}

/** A download in a list. */
export interface DownloadSummary extends OperationSummary {
  operation_type: 'download';
  metadata: DownloadMetadata;
}

/** A download with its result. */
export interface DownloadOperation extends DownloadSummary {
  /** `null` until the download has completed. */
  result: DownloadResult | null;
}

/** Body of `POST /dummy/start`. */
export interface StartDummyRequest {
  /**
   * Duration of an iteration in seconds.
   *
   * @default 2
   */
  duration_seconds?: number;
  /**
   * Number of iterations.
   *
   * @default 100
   */
  iterations?: number;
}

/** Result of a dummy task. */
export interface DummyResult {
  iterations_completed: number;
  duration_seconds: number;
}

/** A dummy task in a list. */
export interface DummySummary extends OperationSummary {
  operation_type: 'dummy';
}

/** A dummy task with its result. */
export interface DummyOperation extends DummySummary {
  /** `null` until the task has completed. */
  result: DummyResult | null;
}

/**
 * An operation in a list, with the metadata of its type.
 *
 * @discriminator operation_type
 */
export type TypedOperationSummary =
  | TrainingSummary
  | BacktestSummary
  | ImportSummary
  | DownloadSummary
  | DummySummary;

/**
 * An operation with the metadata and the result of its type: `data` of `GET /operations/:id`, and of each event of
 * `GET /operations/:id/events`.
 *
 * @discriminator operation_type
 */
export type TypedOperation =
  | TrainingOperation
  | BacktestOperation
  | ImportOperation
  | DownloadOperation
  | DummyOperation;

/** Metadata of an operation by its type. */
export type OperationMetadataByType = {
  [S in TypedOperationSummary as S['operation_type']]: S['metadata'];
};
