import { AsyncLocalStorage } from 'node:async_hooks';
import type { EpochMetrics, OperationMetadataByType, OperationType, ProgressContext } from '@ktrdr/contracts';
import type { CancellationToken } from './cancellation.js';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { ProgressReporter, ProgressStep } from './progress.js';

/** The operation as its domain code sees it. */
export interface OperationContext {
  readonly operationId: string;
  /** From 1. */
  readonly attempt: number;
  /** The work continues from the checkpoint of an earlier attempt, or of the previous owner. */
  readonly resume: boolean;
  /** Another process ran this attempt before, and its work may still run elsewhere, on a host. */
  readonly takenOver: boolean;
  readonly token: CancellationToken;
  readonly progress: ProgressReporter;
  /** Takes the values of epochs that have ended, in order: the operation's curve. */
  readonly metrics: MetricsReporter;
  /** Every log line has the operation's id. */
  readonly logger: OrchestratorLogger;
  readonly clock: Clock;
  /** Adds to the operation's `warnings`, without duplicates. Beyond a hundred they are counted. */
  readonly warn: (message: string) => void;
  /**
   * Tells whether the next attempt could resume if this one ended now. The initial value is that of the previous attempt:
   * {@link resume}.
   */
  readonly setResumable: (resumable: boolean) => void;
  /**
   * Asks the store whether the operation still belongs to this process. Call it before anything that only the owner may do (I10).
   * @throws OperationCancelledError if another process has taken it over
   */
  readonly confirmOwner: () => Promise<void>;
  /**
   * Call it when an operation that waits for its turn ({@link ManagedOperation.waits}) begins to run.
   * @throws OperationCancelledError if it was cancelled while it waited: nothing may run
   */
  readonly begin: () => Promise<void>;
  /** Waits `ms`. @throws OperationCancelledError as soon as the token fires. */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Runs `work` and stops waiting for it when the token fires. This does not stop the work: it has the same token and must stop
   * itself. Its late result is dropped and its late error is logged. The operation stays `cancelling` until the work has settled,
   * because only then nothing runs any more. If the token has already fired, `work` is not called.
   * @throws OperationCancelledError as soon as the token fires; else what `work` throws.
   */
  readonly executeWithCancellation: <T>(work: (token: CancellationToken) => Promise<T>) => Promise<T>;
}

/** Takes the values of epochs. */
export interface MetricsReporter {
  /** Each epoch replaces those at its place and after: a run that resumed computes these again. */
  add(epochs: readonly EpochMetrics[]): void;
}

/** A domain function and the properties of its operation of type `TType`. */
export interface ManagedOperation<TResult, TType extends OperationType = OperationType> {
  type: TType;
  /** The request, as JSON. Its manager recreates the operation from it: for the next attempt, or after a takeover. */
  request?: unknown;
  /** Its work runs elsewhere and continues when this process ends: the next owner follows it. */
  outlivesOwner?: boolean;
  /** It waits for its turn, for example in a queue: it stays `pending` until its function calls `begin`. */
  waits?: boolean;
  /** Tells whether there is a checkpoint; `undefined` if this process cannot tell: then the record's `resumable` counts. */
  canResume?: (operationId: string) => Promise<boolean | undefined>;
  metadata: OperationMetadataByType[TType];
  /** Starting twice with the same id gives one operation. */
  taskId?: string;
  /** Without steps the percentage comes from the updates alone. */
  steps?: readonly ProgressStep[];
  initialContext?: Partial<ProgressContext>;
  /** Fields for every log line of the operation, in addition to its id. */
  logFields?: Record<string, string>;
  /** `message` of the start response. */
  startMessage?: string;
  /** The domain function. Its result (JSON) completes the operation; an error fails or cancels it. */
  run(context: OperationContext): Promise<TResult>;
}

const storage = new AsyncLocalStorage<OperationContext>();

/** The operation that the caller runs in; `undefined` outside of any. */
export function currentOperation(): OperationContext | undefined {
  return storage.getStore();
}

/** Calls of `runInOperation` that have not ended. */
let running = 0;

/** Runs `work` with `context` as the current operation, in all its asynchronous calls too. */
export async function runInOperation<T>(context: OperationContext, work: () => Promise<T>): Promise<T> {
  running += 1;
  try {
    return await storage.run(context, work);
  } finally {
    running -= 1;
    // an enabled storage makes every promise of the process slower (Node 20 and 22)
    if (running === 0) storage.disable();
  }
}
