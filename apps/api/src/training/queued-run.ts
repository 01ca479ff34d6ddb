import { KtrdrError } from '@ktrdr/contracts';
import type { QueuedTrainingOutcome, QueuedTrainingReport } from '@ktrdr/contracts';
import type { JobState } from '@ktrdr/job-queue';
import { isCancellation, OperationCancelledError, type Clock } from '@ktrdr/orchestrator';
import type { TrainingRunHooks } from '@ktrdr/training-operation';
import type { TrainingQueue } from './training-queue.js';
import { forward } from './training-sessions.js';

type State = JobState<QueuedTrainingReport, QueuedTrainingOutcome>;

/** Time between two sends of a cancel until the host has confirmed it (ms). */
const TELL_AGAIN_MS = 500;
/** A host that has received a cancel ends the session within this time (ms). It is longer than any host's grace time. */
const CANCELLED_WITHIN_MS = 120_000;

export interface QueuedRunParts {
  queue: TrainingQueue;
  hooks: TrainingRunHooks;
  clock: Clock;
  /** Give up a cancel if the queue does not answer for this long (ms). */
  timeoutMs: number;
  /** What has to end before a job that was postponed is delivered again. */
  heldBy: string;
  /** Makes a secret with which the host of this delivery fetches and sends files. */
  issueSecret: (delivery: number) => Promise<string>;
  /** Adds the job again: the queue has lost it. */
  putAgain: () => Promise<void>;
}

/** One attempt of a training in the queue, from its job to its end. */
export class QueuedRun {
  /** The operation must not begin any more: it was cancelled while it waited, perhaps by another process. */
  private unwanted = false;
  /** The phase that the operation shows while it waits. Each change is a write to the store. */
  private said: string | null = null;
  private toldAt = -Infinity;
  private toldForce = false;
  private cancelledAt: number | null = null;
  /** The secret of the delivery that was told to begin last. */
  private issued: { delivery: number; secret: string } | null = null;

  constructor(
    private readonly jobId: string,
    private readonly parts: QueuedRunParts,
  ) {}

  /**
   * @throws an error caused by an OperationCancelledError once the token has fired and nothing computes
   * @throws KtrdrError `queue_failed`, `host_lost`
   */
  async follow(): Promise<QueuedTrainingOutcome> {
    const { queue, hooks } = this.parts;
    const { token } = hooks;
    const watch = queue.follow(this.jobId);
    const look = (): void => watch.remind();
    token.signal.addEventListener('abort', look);
    token.forceSignal.addEventListener('abort', look);
    try {
      for await (const state of watch) {
        // the next owner of the operation continues from here
        if (token.isAbandoned) token.throwIfCancelled();
        const outcome = await this.take(state);
        if (outcome !== null) return outcome;
      }
    } finally {
      token.signal.removeEventListener('abort', look);
      token.forceSignal.removeEventListener('abort', look);
      await watch.return();
    }
    token.throwIfCancelled();
    throw new KtrdrError('queue_failed', 'The queue is not followed any more: the service stops.');
  }

  private async take(state: State): Promise<QueuedTrainingOutcome | null> {
    if (state.state === 'completed') {
      if (this.unwanted) throw new OperationCancelledError(this.parts.hooks.token.reason);
      const { points = [] } = state.outcome.session;
      if (points.length > 0) this.parts.hooks.onEpochs(points);
      return state.outcome;
    }
    if (state.state === 'failed') {
      this.parts.hooks.token.throwIfCancelled();
      if (state.error !== undefined) throw state.error;
      throw new KtrdrError(
        'queue_failed',
        `No host could do the training (${state.reason}). Resume the operation if it is resumable, or train again.`,
      );
    }
    try {
      if (this.isCancelled) await this.cancel(state);
      else await this.show(state);
    } catch (error) {
      if (!(error instanceof KtrdrError && error.code === 'queue_unreachable')) throw error;
      // the next state reports it, and this is tried again
      if (this.isCancelled) this.checkTime(error);
    }
    return null;
  }

  private get isCancelled(): boolean {
    return this.unwanted || this.parts.hooks.token.isCancelled;
  }

  private async show(state: State): Promise<void> {
    const { hooks, clock } = this.parts;
    switch (state.state) {
      case 'waiting':
        this.say(`waiting for a host${state.ahead === null ? '' : ` [${state.ahead} ahead]`}`);
        return;
      case 'held':
        this.say(`waiting for a host [${this.parts.heldBy}]`);
        return;
      case 'taken':
        if (!state.begun) await this.begin(state);
        else if (state.report !== null) this.forward(state.report);
        return;
      case 'unreachable': {
        const seconds = Math.round((clock.monotonic() - state.since) / 1000);
        if (seconds >= 2) this.say(`the training queue does not answer (${seconds} s)`);
        return;
      }
      case 'missing':
        hooks.onOutput(`the queue has lost job ${this.jobId}; adding it again`);
        await this.parts.putAgain();
        return;
      default:
        return;
    }
  }

  private say(phase: string): void {
    if (phase === this.said) return;
    this.said = phase;
    this.parts.hooks.onWaiting(phase);
  }

  private forward({ session }: QueuedTrainingReport): void {
    this.said = null;
    forward(session, this.parts.hooks);
  }

  /** Nothing computes before the operation runs. An earlier cancel keeps it from running. */
  private async begin({ delivery, worker }: Extract<State, { state: 'taken' }>): Promise<void> {
    const { queue, hooks } = this.parts;
    try {
      await hooks.begin();
    } catch (error) {
      if (!isCancellation(error) || hooks.token.isAbandoned) throw error;
      this.unwanted = true;
      return;
    }
    // the message may be repeated until the host confirms it
    if (this.issued?.delivery !== delivery)
      this.issued = { delivery, secret: await this.parts.issueSecret(delivery) };
    await queue.tell(this.jobId, worker, { type: 'begin', run: delivery, secret: this.issued.secret });
  }

  /** Removes the job, or asks its host to stop. */
  private async cancel(state: State): Promise<void> {
    const { queue, hooks, clock } = this.parts;
    const { token } = hooks;
    this.cancelledAt ??= clock.monotonic();
    if (state.state === 'unreachable') return this.checkTime(state.cause);
    if (state.state === 'taken') {
      const force = token.isForced;
      if (clock.monotonic() - this.toldAt >= TELL_AGAIN_MS || (force && !this.toldForce)) {
        await queue.tell(this.jobId, state.worker, { type: 'cancel', reason: token.reason, force });
        this.toldAt = clock.monotonic();
        this.toldForce = force;
      }
      if (state.report !== null) this.forward(state.report);
      if (clock.monotonic() - this.cancelledAt > CANCELLED_WITHIN_MS) throw this.notStopped(state.worker);
      return;
    }
    const isOut = state.state === 'missing' || (await queue.remove(this.jobId));
    if (isOut) token.throwIfCancelled();
    if (isOut) throw new OperationCancelledError(token.reason);
  }

  /** A cancel waits `timeoutMs` for the queue; a cancel by force does not wait. */
  private checkTime(cause: unknown): void {
    const { hooks, clock, timeoutMs } = this.parts;
    const { token } = hooks;
    this.cancelledAt ??= clock.monotonic();
    const waited = clock.monotonic() - this.cancelledAt;
    const seconds = Math.round(waited / 1000);
    this.say(`the training queue does not answer, the cancel is not confirmed (${seconds} s)`);
    if (waited < timeoutMs && !token.isForced) return;
    throw new KtrdrError(
      'host_lost',
      `The cancel is not confirmed: the training queue did not answer for ${seconds} s. A host that does not reach the queue either ends the training by itself. Otherwise, look there.`,
      { cause },
    );
  }

  private notStopped(worker: string): KtrdrError {
    return new KtrdrError(
      'host_lost',
      `The training host ${worker} is still computing ${CANCELLED_WITHIN_MS / 1000} s after it was told to stop. Look there, and end the training.`,
    );
  }
}
