import { isTerminalStatus, type OperationStarted } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import { operationNotFound } from './errors.js';
import { isInterruption, type OnInterrupt } from './interrupted-operation.js';
import type { OrchestratorLogger } from './logger.js';
import { changeStatus } from './operation.js';
import type { OperationRunner } from './operation-runner.js';
import type { Lease, OperationStore } from './operation-store.js';
import { noRunner, notEnded, refusalOf } from './refusals.js';
import type { RunningOperation } from './running-operation.js';
import type { RunningOperations } from './running-operations.js';
import type { ServiceShutdown } from './service-shutdown.js';

/** An operation that was interrupted in this many attempts is not continued automatically: it may be what kills its owner. */
const MOST_ATTEMPTS = 10;

export interface NextAttemptsParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  lease: Lease;
  onInterrupt: OnInterrupt;
  running: RunningOperations;
  runners: ReadonlyMap<string, OperationRunner>;
  shutdown: ServiceShutdown;
}

/** Runs ended operations again. Nothing else changes an ended operation (I6). */
export class NextAttempts {
  constructor(private readonly parts: NextAttemptsParts) {}

  /** @param from `checkpoint` resumes, `beginning` retries: see `OperationsService.resume` and `retry` */
  async open(operationId: string, from: 'checkpoint' | 'beginning'): Promise<OperationStarted> {
    const { store, clock, lease, running, runners, shutdown } = this.parts;
    shutdown.throwIfBegun();
    const last = running.get(operationId);
    // an end is stored a moment before this process forgets the operation
    if (last !== undefined && isTerminalStatus(last.status)) await last.outcome.catch(() => {});
    const stored = await store.get(operationId);
    if (stored === null) throw operationNotFound(operationId);
    const { operation, epoch } = stored;
    const runner = runners.get(operation.operation_type);
    const refusal = runner === undefined ? noRunner(operation) : refusalOf(operation, from);
    if (refusal !== null || runner === undefined) throw refusal;
    const managed = await runner.revive(await store.getRequest(operationId));
    shutdown.throwIfBegun();
    const change = { to: 'pending', at: new Date(clock.now()).toISOString(), from } as const;
    const next = { operation: changeStatus(operation, change), epoch: epoch + 1 };
    const written = await running.start(running.prepare(managed, next, runner), () =>
      store.transition(operationId, epoch, [operation.status], change, lease),
    );
    if (!written.changed) throw refusalOf(written.operation, from) ?? notEnded(written.operation, from);
    const goes = from === 'checkpoint' ? 'continues from its last checkpoint' : 'starts from the beginning';
    const message = `Attempt ${next.operation.attempt} of the ${operation.operation_type} operation ${goes}.`;
    return { operation_id: operationId, status: 'started', message };
  }

  /** An operation has ended in this process: opens its next attempt if it was interrupted and the service continues such operations. */
  async openIfInterrupted(ended: RunningOperation<unknown>): Promise<void> {
    const { status, error } = ended.snapshot();
    if (this.parts.onInterrupt !== 'resume' || status !== 'failed' || !isInterruption(error)) return;
    await this.openAutomatically(ended.operationId);
  }

  /** Opens the next attempt of an interrupted operation. Logs what prevents it; never rejects. */
  async openAutomatically(operationId: string): Promise<void> {
    const { store, logger, shutdown } = this.parts;
    try {
      const stored = await store.get(operationId);
      if (stored === null) throw operationNotFound(operationId);
      if (shutdown.begun) return;
      const { attempt, resumable } = stored.operation;
      if (attempt >= MOST_ATTEMPTS) {
        logger.error('an operation was interrupted too often to continue automatically', {
          operation_id: operationId,
        });
        return;
      }
      await this.open(operationId, resumable ? 'checkpoint' : 'beginning');
    } catch (error) {
      logger.error('an interrupted operation could not continue', { operation_id: operationId, error });
    }
  }
}
