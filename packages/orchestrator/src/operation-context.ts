import { AsyncLocalStorage } from 'node:async_hooks';
import type { OperationMetadataByType, OperationType, ProgressContext } from '@ktrdr/contracts';
import type { CancellationToken } from './cancellation.js';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { ProgressReporter, ProgressStep } from './progress.js';

/** What domain code sees of the operation that it runs in. */
export interface OperationContext {
  readonly operationId: string;
  /** From 1. */
  readonly attempt: number;
  /** The work goes on from the checkpoint that an attempt before this one, or an owner before this process, left. */
  readonly resume: boolean;
  /** A process before this one ran this attempt, and its work may still run elsewhere: on a host. */
  readonly takenOver: boolean;
  readonly token: CancellationToken;
  readonly progress: ProgressReporter;
  /** Its lines carry the operation's id. */
  readonly logger: OrchestratorLogger;
  readonly clock: Clock;
  /** Adds to the operation's `warnings`; the same words once. */
  readonly warn: (message: string) => void;
  /**
   * Says whether the next attempt could go on if this one ended now. At first it is what the attempt before left: {@link resume}.
   */
  readonly setResumable: (resumable: boolean) => void;
  /**
   * Asks the store whether the operation still belongs to this process; call it before anything that only the owner may do.
   * @throws OperationCancelledError where another process has taken it over
   */
  readonly confirmOwner: () => Promise<void>;
  /**
   * Of an operation that waits for its turn ({@link ManagedOperation.waits}): its turn has come, it runs from here on.
   * @throws OperationCancelledError where it was cancelled while it waited: nothing may run
   */
  readonly begin: () => Promise<void>;
  /** Waits `ms`. @throws OperationCancelledError as soon as the token fires. */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Runs `work` and stops waiting for it when the token fires. The work in flight is not stopped by this: it sees the same
   * token and stops itself. Its late result is dropped and its late error logged, and the operation stays `cancelling`
   * until it has settled, because only then nothing runs any more. A token that has fired already: `work` is not called.
   * @throws OperationCancelledError as soon as the token fires; else what `work` throws.
   */
  readonly executeWithCancellation: <T>(work: (token: CancellationToken) => Promise<T>) => Promise<T>;
}

/** A domain function and what makes it an operation of type `TType`. */
export interface ManagedOperation<TResult, TType extends OperationType = OperationType> {
  type: TType;
  /** From which its manager makes this again, as JSON: for the next attempt, or in a process that takes the operation over. */
  request?: unknown;
  /** Its work runs elsewhere and goes on when this process ends: whoever takes the operation over follows it. */
  outlivesOwner?: boolean;
  /** Stays `pending` until its function calls `begin`: it waits for its turn, in a queue. */
  waits?: boolean;
  /** Looks whether there is a checkpoint; `undefined` where this process cannot tell, and the record's `resumable` counts. */
  canResume?: (operationId: string) => Promise<boolean | undefined>;
  metadata: OperationMetadataByType[TType];
  /** Starting twice with one id gives one operation. */
  taskId?: string;
  /** Without steps the percentage comes from the updates alone. */
  steps?: readonly ProgressStep[];
  initialContext?: Partial<ProgressContext>;
  /** Fields for every log line of the operation, in addition to its id. */
  logFields?: Record<string, string>;
  /** `message` of the start response. */
  startMessage?: string;
  /** The domain function. What it returns (JSON) completes the operation, what it throws fails or cancels it. */
  run(context: OperationContext): Promise<TResult>;
}

const storage = new AsyncLocalStorage<OperationContext>();

/** The operation whose domain function is the caller's caller; `undefined` outside of any. */
export function currentOperation(): OperationContext | undefined {
  return storage.getStore();
}

/** Runs `work` with `context` as the current operation, across everything that it awaits. */
export function runInOperation<T>(context: OperationContext, work: () => T): T {
  return storage.run(context, work);
}
