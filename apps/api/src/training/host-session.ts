import { isTerminalStatus, KtrdrError, SESSION_LEASE_MS } from '@ktrdr/contracts';
import type { StartSessionRequest, TrainingSession } from '@ktrdr/contracts';
import { untilAnswered, type CancellationToken, type Clock } from '@ktrdr/orchestrator';
import { HostSilence } from './host-silence.js';
import { HostUnansweredError } from './training-host-client.js';
import type { RequestBounds, TrainingHostClient } from './training-host-client.js';

/** How long one request may take, ms: the shortest is for the last question before the time is up. */
const SHORTEST_REQUEST_MS = 250;
const LONGEST_REQUEST_MS = 10_000;
/** How long the one request may take that follows a cancel by force, ms: nobody waits any longer. */
const FORCED_REQUEST_MS = 500;
/** Longest that fetching a model may take, ms, as long as bytes keep coming. */
const FETCH_MS = 600_000;
/** How often the host is asked once a cancel is under way, ms: somebody is waiting. */
const CANCEL_POLL_MS = 50;
/** A host that has confirmed a cancel ends the session within this time, ms: longer than any host's grace time. */
const CANCELLED_WITHIN_MS = 120_000;
/** Characters of a cancel's reason that travel. */
const MAX_REASON = 1_000;

export interface HostSessionSettings {
  /** Time between two questions, ms. */
  pollMs: number;
  /** A host that gives no answer for this long is lost, ms. */
  timeoutMs: number;
}

/** What is asked of the host again until it answers. */
interface Question {
  sessionId?: string;
  /** An answer may take its time. */
  mayTakeLong?: boolean;
  /** A session may compute meanwhile. */
  mayCompute: () => boolean;
  /** What a silence that lasted too long is. */
  timeIsUp: (cause: Error) => Error;
}

/**
 * One run on a training host, from the first question to the session's real end.
 *
 * Nothing here waits without an end: a host that gives no usable answer for `timeoutMs` ends every wait with
 * `host_unreachable` (no session was started), `host_lost` (one was, or may have been) or `host_session_lost`.
 * A cancel is sent until the host has confirmed it, and is done only when the session has ended; of a host that is silent,
 * when the session's lease there is over. A cancel by force gives the host one last chance to answer.
 */
export class HostSession {
  private confirmedCancel: 'none' | 'graceful' | 'forced' = 'none';
  /** When a cancelled session must have ended; monotonic ms. */
  private endsBy = Infinity;
  /** The host cancels a session that nobody asks for in this time, ms. */
  private leaseMs = SESSION_LEASE_MS;

  constructor(
    private readonly host: TrainingHostClient,
    private readonly settings: HostSessionSettings,
    private readonly clock: Clock,
    private readonly token: CancellationToken,
    /** Gets what is to be shown while the host is silent; `null` once it has answered. */
    private readonly onSilence: (words: string | null) => void,
  ) {}

  /**
   * Asks the host what it is, which changes nothing there. Given up when the token fires, unless the session is `underWay`
   * and may compute.
   */
  async reach(underWay: boolean): Promise<void> {
    const { session_lease_ms } = await this.ask(
      async (timeoutMs) => {
        if (underWay) return this.unlessForced(this.host.describe({ timeoutMs }));
        this.token.throwIfCancelled();
        return this.host.describe({ timeoutMs, signal: this.token.signal });
      },
      { mayCompute: () => underWay, timeIsUp: (cause) => this.silent(cause, underWay) },
    );
    this.leaseMs = session_lease_ms;
  }

  /**
   * Starts the session. Once a request may have arrived, the token no longer cuts the wait short: only a host that
   * answers can say that nothing computes. `underWay`: a process before this one has started it.
   */
  async start(request: StartSessionRequest, underWay: boolean): Promise<TrainingSession> {
    let mayCompute = underWay;
    return this.ask(
      async (timeoutMs) => {
        if (!mayCompute) this.token.throwIfCancelled();
        try {
          return await this.unlessForced(this.host.startSession(request, { timeoutMs }));
        } catch (error) {
          if (error instanceof HostUnansweredError) mayCompute ||= error.mayHaveArrived;
          throw error;
        }
      },
      { mayCompute: () => mayCompute, timeIsUp: (cause) => this.silent(cause, mayCompute) },
    );
  }

  /** Follows the session until it has ended, forwards a cancel, and answers with its last state. */
  async follow(sessionId: string, onState: (session: TrainingSession) => void): Promise<TrainingSession> {
    for (;;) {
      const session = await this.ask(
        async (timeoutMs) => {
          await this.unlessForced(this.forwardCancel(sessionId, timeoutMs));
          return this.unlessForced(this.host.getSession(sessionId, { timeoutMs }));
        },
        { sessionId, mayCompute: () => true, timeIsUp: (cause) => this.lost(cause) },
      );
      onState(session);
      if (isTerminalStatus(session.status)) return session;
      if (this.clock.monotonic() >= this.endsBy) {
        const problem = `session ${sessionId} is still ${session.status} ${CANCELLED_WITHIN_MS / 1000} s after its cancel`;
        throw this.notStopped(problem);
      }
      await this.pause();
    }
  }

  /** Fetches what an ended session wrote. Given up when the token fires: nothing computes any more. */
  async fetch<T>(sessionId: string, question: (bounds: RequestBounds) => Promise<T>): Promise<T> {
    return this.ask(
      async (timeoutMs) => {
        this.token.throwIfCancelled();
        return question({ timeoutMs: FETCH_MS, idleMs: timeoutMs, signal: this.token.signal });
      },
      {
        sessionId,
        mayTakeLong: true,
        mayCompute: () => false,
        timeIsUp: (cause) =>
          new KtrdrError(
            'host_lost',
            `The training host finished session ${sessionId}, but what it trained could not be fetched (${cause.message}). ` +
              'Check the host and the network, then train again.',
            { cause },
          ),
      },
    );
  }

  private async forwardCancel(sessionId: string, timeoutMs: number): Promise<void> {
    this.throwIfAbandoned();
    if (!this.token.isCancelled) return;
    const wanted = this.token.isForced ? 'forced' : 'graceful';
    if (this.confirmedCancel === wanted || this.confirmedCancel === 'forced') return;
    try {
      await this.host.cancelSession(
        sessionId,
        { reason: this.token.reason?.slice(0, MAX_REASON), force: wanted === 'forced' },
        { timeoutMs },
      );
    } catch (error) {
      if (!(error instanceof KtrdrError && error.code === 'operation_ended')) throw error;
    }
    this.confirmedCancel = wanted;
    this.endsBy = Math.min(this.endsBy, this.clock.monotonic() + CANCELLED_WITHIN_MS);
  }

  /** Asks again until there is an answer or the time is up. */
  private async ask<T>(
    attempt: (timeoutMs: number) => Promise<T>,
    { sessionId, mayTakeLong = false, mayCompute, timeIsUp }: Question,
  ): Promise<T> {
    const withinMs = (): number => this.patienceMs(mayCompute());
    const silence = new HostSilence(this.clock, { patienceMs: withinMs, mayTakeLong, tell: this.onSilence });
    let last = false;
    try {
      return await untilAnswered(
        async (leftMs) => {
          this.throwIfAbandoned();
          last = this.token.isForced;
          const longest = last ? FORCED_REQUEST_MS : LONGEST_REQUEST_MS;
          const answer = await attempt(Math.min(longest, Math.max(SHORTEST_REQUEST_MS, leftMs)));
          silence.answered();
          return answer;
        },
        {
          clock: this.clock,
          withinMs,
          throwIfFinal: (error) => {
            this.throwIfAbandoned();
            this.throwUnlessWorthRepeating(error, sessionId);
            if (last) throw timeIsUp(error as Error);
          },
          timeIsUp: (error) => timeIsUp(error as Error),
          onUnanswered: () => silence.unanswered(),
          pause: () => this.pause(),
        },
      );
    } finally {
      silence.end();
    }
  }

  /** Another process follows the session from here on: it is left alone. */
  private throwIfAbandoned(): void {
    if (this.token.isAbandoned) this.token.throwIfCancelled();
  }

  /** Waits for a request no longer than until the cancel by force; one that is made after it is waited for. */
  private async unlessForced<T>(request: Promise<T>): Promise<T> {
    const { forceSignal } = this.token;
    if (forceSignal.aborted) return request;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new HostUnansweredError('cancelled by force', true));
      forceSignal.addEventListener('abort', giveUp, { once: true });
      const settled = (): void => forceSignal.removeEventListener('abort', giveUp);
      request.finally(settled).then(resolve, reject);
    });
  }

  /** Of a session that runs only its loss is certain; whatever else the host says of it, asking again does no harm. */
  private throwUnlessWorthRepeating(error: unknown, sessionId: string | undefined): void {
    if (error instanceof HostUnansweredError) return;
    if (sessionId === undefined || !(error instanceof KtrdrError)) throw error;
    if (error.code !== 'session_not_found') return;
    // with the host that knew it the session has ended, as somebody wanted
    this.token.throwIfCancelled();
    throw new KtrdrError(
      'host_session_lost',
      `The training host ${this.host.url} no longer knows session ${sessionId}: it was restarted. Resume the operation if it is resumable, or train again.`,
      { cause: error },
    );
  }

  /**
   * How long a silent host is waited for, ms. Where a session that may compute is to be cancelled: until the host, if it
   * runs, has cancelled it by itself.
   */
  private patienceMs(mayCompute: boolean): number {
    const { timeoutMs } = this.settings;
    return mayCompute && this.token.isCancelled ? Math.max(timeoutMs, this.leaseMs) : timeoutMs;
  }

  private silent(cause: Error, mayCompute: boolean): KtrdrError {
    return mayCompute ? this.lost(cause) : this.unreachable(cause);
  }

  private unreachable(cause: Error): KtrdrError {
    return new KtrdrError(
      'host_unreachable',
      `The training host at ${this.host.url} did not answer for ${this.patienceMs(false) / 1000} s (${cause.message}). ` +
        'Start it (npm run host), correct TRAINING_HOST_SERVICE_URL, or train beside the API with USE_TRAINING_HOST_SERVICE=false.',
      { cause },
    );
  }

  private lost(cause: Error): KtrdrError {
    const { isCancelled, isForced } = this.token;
    const howLong = isForced ? '' : ` for ${this.patienceMs(true) / 1000} s`;
    const silence = `the training host at ${this.host.url} did not answer${howLong} (${cause.message})`;
    if (!isCancelled) return this.notStopped(silence, cause);
    const ends = `A host that runs cancels the session by itself when it has heard nothing for ${this.leaseMs / 1000} s`;
    return this.notStopped(`the cancel is not confirmed: ${silence}. ${ends}`, cause);
  }

  private notStopped(problem: string, cause?: Error): KtrdrError {
    return new KtrdrError(
      'host_lost',
      `${problem.charAt(0).toUpperCase()}${problem.slice(1)}. The host may still compute: look there, and end it there if it does.`,
      { cause },
    );
  }

  /** Waits for the next question; the first cancel ends the wait. */
  private async pause(): Promise<void> {
    if (this.token.isCancelled) return this.clock.sleep(CANCEL_POLL_MS);
    try {
      // the host is heard of several times within a lease
      const pollMs = Math.min(this.settings.pollMs, this.leaseMs / 4);
      await this.clock.sleep(pollMs, this.token.signal);
    } catch (error) {
      if (!this.token.isCancelled) throw error;
    }
  }
}
