import { isTerminalStatus, KtrdrError, LastEpochs, SESSION_LEASE_MS, shown } from '@ktrdr/contracts';
import type { StartSessionRequest, TrainingSession } from '@ktrdr/contracts';
import { untilAnswered, type CancellationToken, type Clock } from '@ktrdr/orchestrator';
import { HostSilence } from './host-silence.js';
import { HostUnansweredError } from './training-host-client.js';
import type { RequestBounds, TrainingHostClient } from './training-host-client.js';

/** Time limits of one request (ms). The shortest applies to the last request before the time is up. */
const SHORTEST_REQUEST_MS = 250;
const LONGEST_REQUEST_MS = 10_000;
/** Time limit of the one request after a cancel by force (ms). */
const FORCED_REQUEST_MS = 500;
/** Time limit for fetching a model (ms), as long as bytes keep arriving. */
const FETCH_MS = 600_000;
/** Time between two requests during a cancel (ms): a person is waiting. */
const CANCEL_POLL_MS = 50;
/** A host that has confirmed a cancel ends the session within this time (ms). It is longer than any host's grace time. */
const CANCELLED_WITHIN_MS = 120_000;
/** The reason of a cancel is cut to this length (characters). */
const MAX_REASON = 1_000;

export interface HostSessionSettings {
  /** Time between two requests (ms). */
  pollMs: number;
  /** A host that does not answer for this long is lost (ms). */
  timeoutMs: number;
}

/** A request that is repeated until the host answers. */
interface Question {
  sessionId?: string;
  /** The answer may take long. */
  mayTakeLong?: boolean;
  /** Whether a session may be computing meanwhile. */
  mayCompute: () => boolean;
  /** The error for a host that was silent for too long. */
  timeIsUp: (cause: Error) => Error;
}

/**
 * One run on a training host, from the first request to the real end of its session.
 *
 * Every wait has an end. If the host gives no usable answer for `timeoutMs`, the wait fails with `host_unreachable` (no session
 * was started), `host_lost` (a session was started, or may have been) or `host_session_lost`. A cancel is sent until the host has
 * confirmed it, and is done only when the session has ended. If the host is silent, the cancel is done when the session's lease
 * is over. A cancel by force gives the host one last chance to answer.
 */
export class HostSession {
  private confirmedCancel: 'none' | 'graceful' | 'forced' = 'none';
  /** Time by which a cancelled session must have ended (monotonic ms). */
  private endsBy = Infinity;
  /** The last epochs that the host has sent. */
  private readonly lastEpochs = new LastEpochs();
  /** The host cancels a session that gets no request for this long (ms). */
  private leaseMs = SESSION_LEASE_MS;

  constructor(
    private readonly host: TrainingHostClient,
    private readonly settings: HostSessionSettings,
    private readonly clock: Clock,
    private readonly token: CancellationToken,
    /** Gets the text to show while the host is silent, and `null` when it has answered. */
    private readonly onSilence: (words: string | null) => void,
  ) {}

  /**
   * Asks the host to describe itself, which changes nothing there. The token ends the wait, unless the session is `underWay` and
   * may be computing.
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
   * Starts the session. Once a request may have reached the host, a cancel no longer ends the wait: only the host's answer can
   * prove that nothing is running. `underWay`: an earlier process has started the session.
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

  /** Follows the session until it has ended, and forwards a cancel. @returns its last state */
  async follow(sessionId: string, onState: (session: TrainingSession) => void): Promise<TrainingSession> {
    for (;;) {
      const session = await this.ask(
        async (timeoutMs) => {
          await this.unlessForced(this.forwardCancel(sessionId, timeoutMs));
          return this.unlessForced(this.host.getSession(sessionId, this.lastEpochs, { timeoutMs }));
        },
        { sessionId, mayCompute: () => true, timeIsUp: (cause) => this.lost(cause) },
      );
      this.checkSession(session, sessionId);
      onState(session);
      this.lastEpochs.add(session.points ?? []);
      if (isTerminalStatus(session.status)) return session;
      if (this.clock.monotonic() >= this.endsBy) {
        const problem = `session ${sessionId} is still ${session.status} ${CANCELLED_WITHIN_MS / 1000} s after its cancel`;
        throw this.notStopped(problem);
      }
      await this.pause();
    }
  }

  /** Fetches the files of an ended session. The token ends the wait: nothing computes any more. */
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
            `The training host finished session ${sessionId}, but its model could not be fetched (${cause.message}). ` +
              'Check the host and the network, then train again.',
            { cause },
          ),
      },
    );
  }

  /** @throws KtrdrError `host_refused` if the host answers with a session of another training */
  private checkSession({ session_id }: TrainingSession, asked: string): void {
    if (session_id === asked) return;
    throw new KtrdrError(
      'host_refused',
      `The training host ${this.host.url} answered with session ${shown(session_id)}, but the API requested session ${shown(asked)}. The API ignored the answer. Read the host's log, then train again.`,
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

  /** Repeats a request until there is an answer or the time is up. */
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

  /** Throws if another process follows the session now: this one leaves it alone. */
  private throwIfAbandoned(): void {
    if (this.token.isAbandoned) this.token.throwIfCancelled();
  }

  /** Waits for a request, but only until a cancel by force. A request that starts after that cancel is waited for. */
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

  /** Of a running session, only its loss and an end that is not valid are final. Any other error of the host is worth another request. */
  private throwUnlessWorthRepeating(error: unknown, sessionId: string | undefined): void {
    if (error instanceof HostUnansweredError) return;
    if (sessionId === undefined || !(error instanceof KtrdrError)) throw error;
    if (error.code === 'host_refused') throw error;
    if (error.code !== 'session_not_found') return;
    // the session ended with the host process that ran it: a cancel has what it wanted
    this.token.throwIfCancelled();
    throw new KtrdrError(
      'host_session_lost',
      `The training host ${this.host.url} no longer knows session ${sessionId}: it was restarted. Resume the operation if it is resumable, or train again.`,
      { cause: error },
    );
  }

  /**
   * How long to wait for a silent host (ms). If a session that may be computing is to be cancelled: until the host, if it runs, has
   * cancelled it by itself.
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
    const ends = `A running host cancels the session by itself after ${this.leaseMs / 1000} s without a request`;
    return this.notStopped(`the cancel is not confirmed: ${silence}. ${ends}`, cause);
  }

  private notStopped(problem: string, cause?: Error): KtrdrError {
    return new KtrdrError(
      'host_lost',
      `${problem.charAt(0).toUpperCase()}${problem.slice(1)}. The host may still be computing. Look there, and end the training there.`,
      { cause },
    );
  }

  /** Waits until the next request. The first cancel ends the wait. */
  private async pause(): Promise<void> {
    if (this.token.isCancelled) return this.clock.sleep(CANCEL_POLL_MS);
    try {
      // several requests within one lease
      const pollMs = Math.min(this.settings.pollMs, this.leaseMs / 4);
      await this.clock.sleep(pollMs, this.token.signal);
    } catch (error) {
      if (!this.token.isCancelled) throw error;
    }
  }
}
