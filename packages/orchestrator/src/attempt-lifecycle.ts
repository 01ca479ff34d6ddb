import { KtrdrError, isTerminalStatus, type OperationStatus } from '@ktrdr/contracts';
import type { AttemptProgress } from './attempt-progress.js';
import type { CancellationToken } from './cancellation.js';
import type { Clock } from './clock.js';
import { OperationCancelledError, errorBodyOf, isCancellation } from './errors.js';
import type { OrchestratorLogger } from './logger.js';
import type { StatusChange } from './operation.js';
import { runInOperation, type ManagedOperation, type OperationContext } from './operation-context.js';
import type { OwnedRecord } from './owned-record.js';
import { untilStored } from './until-stored.js';
import type { WorkInFlight } from './work-in-flight.js';

const HOUR_MS = 3_600_000;

export interface AttemptLifecycleParts {
  record: OwnedRecord;
  progress: AttemptProgress;
  inFlight: WorkInFlight;
  token: CancellationToken;
  clock: Clock;
  logger: OrchestratorLogger;
  /** Another process took the attempt over before this process started it. */
  takenOver: boolean;
  /** Ms that an attempt may run; `null`: no limit. */
  mostMs: number | null;
  /** The attempt has run for `mostMs`: fires its token. */
  onTimeUp: () => void;
  /** Another process owns the operation now: stops the work here. */
  onLost: () => void;
}

/** Runs an attempt from `pending`, or from its state at the takeover, to its stored end. */
export class AttemptLifecycle<TResult> {
  private begun: Promise<void> | null = null;
  private timeIsUp = false;
  private stopTimer = (): void => {};

  constructor(
    private readonly managed: Pick<ManagedOperation<TResult>, 'type' | 'waits' | 'run'>,
    private readonly parts: AttemptLifecycleParts,
  ) {}

  /**
   * Runs the domain function and stores how it ended: only when its work has settled (I5).
   * @returns the function's result
   * @throws OperationCancelledError; else what the function threw, or the reason why the end could not be stored
   */
  async run(context: OperationContext): Promise<TResult> {
    const { token, inFlight, takenOver } = this.parts;
    // an operation that was taken over may have work elsewhere that it must cancel
    if (this.managed.waits !== true) await this.begin();
    else if (!takenOver) token.throwIfCancelled();
    try {
      const result = await runInOperation(context, () => this.managed.run(context));
      await inFlight.settled();
      // for a function that waits for its turn and never called `begin`
      await this.begin();
      await this.complete(result);
      return result;
    } catch (thrown) {
      await inFlight.settled();
      const error = this.causeOf(thrown);
      if (token.isAbandoned) await this.leave();
      else await this.endThrown(error);
      throw error;
    } finally {
      this.stopTimer();
    }
  }

  /** Work that stops because its time is up has failed, unless a cancel was requested too. */
  private causeOf(thrown: unknown): unknown {
    const { record, token, mostMs } = this.parts;
    const isCancelled = token.isAbandoned || record.status === 'cancelling' || record.status === 'cancelled';
    if (!this.timeIsUp || mostMs === null || isCancelled || !isCancellation(thrown)) return thrown;
    const hours = mostMs / HOUR_MS;
    return new KtrdrError(
      'time_limit_reached',
      `The operation ran for ${hours} hours, the limit of an attempt (OPERATION_MAX_HOURS), and was stopped. ` +
        'Resume it if it is resumable: the next attempt has the whole time again.',
      { details: { max_hours: hours }, cause: thrown },
    );
  }

  private limitTime(startedAt: string): void {
    const { mostMs, clock, onTimeUp } = this.parts;
    if (mostMs === null) return;
    const left = Date.parse(startedAt) + mostMs - clock.now();
    this.stopTimer = clock.setTimer(Math.max(left, 0), () => {
      this.timeIsUp = true;
      onTimeUp();
    });
  }

  /** See `OperationContext.begin`. Later calls return the first one's promise. */
  begin(): Promise<void> {
    this.begun ??= this.storeBegin();
    return this.begun;
  }

  private async storeBegin(): Promise<void> {
    const { record, progress, logger, takenOver } = this.parts;
    try {
      const runs = takenOver || (await record.transition(['pending'], { to: 'running', at: this.now() }));
      if (!runs) this.throwNotBegun();
    } catch (storeError) {
      if (!isCancellation(storeError))
        logger.error('the start of the operation could not be stored', { storeError });
      throw storeError;
    }
    const startedAt = record.operation.started_at ?? this.now();
    progress.start(startedAt);
    this.limitTime(startedAt);
    logger.info('operation started', { operation_type: this.managed.type });
  }

  /** The operation was cancelled before its turn, or another process owns it. */
  private throwNotBegun(): never {
    const { record, token, onLost } = this.parts;
    if (record.status !== 'cancelled' && record.status !== 'cancelling') onLost();
    throw new OperationCancelledError(token.reason);
  }

  private async complete(result: TResult): Promise<void> {
    try {
      await this.end(['running', 'cancelling'], { to: 'completed', at: this.now(), result });
    } catch (cause) {
      const message = 'The work was done, but its result could not be stored.';
      throw new KtrdrError('internal_error', message, { cause });
    }
  }

  private async endThrown(error: unknown): Promise<void> {
    try {
      await (isCancellation(error) ? this.endCancelled(error) : this.endFailed(error));
    } catch (storeError) {
      this.parts.logger.error('the end of the operation could not be stored', { error, storeError });
    }
  }

  private async endCancelled(error: unknown): Promise<void> {
    const { record, progress, token } = this.parts;
    const reason = error instanceof OperationCancelledError ? error.reason : token.reason;
    // domain code may stop without a request: its stop is then stored as the request
    await record.transition(['running'], { to: 'cancelling', at: this.now(), reason });
    // an operation that waited for its turn has been cancelled already
    if (isTerminalStatus(record.status)) return;
    const { resumable } = progress;
    await this.end(['pending', 'cancelling'], { to: 'cancelled', at: this.now(), reason, resumable });
  }

  private async endFailed(error: unknown): Promise<void> {
    const { record, progress, logger } = this.parts;
    logger.error('operation failed', { error });
    if (record.status === 'pending') await this.begin();
    const { resumable } = progress;
    await this.end(['running', 'cancelling'], {
      to: 'failed',
      at: this.now(),
      error: errorBodyOf(error),
      resumable,
    });
  }

  /** Stores the end; waits for a store that is unavailable (I11). */
  private async end(
    from: readonly OperationStatus[],
    change: Extract<StatusChange, { to: 'completed' | 'failed' | 'cancelled' }>,
  ): Promise<void> {
    const { record, progress, token, clock, logger } = this.parts;
    progress.stopWriting();
    const { progress: last, warnings } = progress.newest();
    const ending = { ...change, progress: last, warnings };
    const store = async (): Promise<boolean> => {
      await progress.saveRecords();
      return record.transition(from, ending);
    };
    const ended = await untilStored(store, {
      clock,
      isAbandoned: () => token.isAbandoned,
    });
    if (ended) logger.info('operation ended', { status: change.to, reason: token.reason });
    else logger.warn('another process had already ended the operation', { status: record.status });
  }

  /** Leaves the operation to the next owner: at once if this process still owns it. Its end is not stored (I10). */
  private async leave(): Promise<void> {
    const { record, progress, token, logger } = this.parts;
    try {
      await progress.save();
      await record.release();
      logger.info('operation left to its next owner', { reason: token.reason });
    } catch (storeError) {
      logger.warn('the lease of the operation could not be ended', { storeError });
    }
  }

  private now(): string {
    return new Date(this.parts.clock.now()).toISOString();
  }
}
