import type { Readable } from 'node:stream';
import { isTerminalStatus, KtrdrError, LastEpochs, percentageText, shown } from '@ktrdr/contracts';
import type {
  CancelOperationRequest,
  CancelOperationResponse,
  SessionArtifacts,
  SessionList,
  StartSessionRequest,
  TrainingResult,
  TrainingSession,
} from '@ktrdr/contracts';
import type { Waiting } from './session-bars.js';
import type { SessionCheck } from './session-check.js';
import type { SessionManager } from './session-manager.js';
import { Session, type SessionParts } from './session.js';

/** Minimum number of ended sessions that are kept, with their files, until their APIs have fetched them. */
const KEPT_SESSIONS = 20;

export interface SessionsSettings {
  maxSessions: number;
  /** True: a session beyond `maxSessions` waits for its turn. False: it is refused. */
  wait: boolean;
  /** A session of an API is cancelled if it gets no request for this long (ms). */
  leaseMs: number;
}

/** The newest session of an API's operation, from the moment of its request. */
interface NewestSession {
  /** Attempt of the operation. */
  attempt: number;
  session: Promise<Session>;
  /** `null` until its check and its start are done. */
  opened: Session | null;
}

/** Sessions as the API sees them. */
export class SessionsService {
  private readonly sessions = new Map<string, Session>();
  private readonly newest = new Map<string, NewestSession>();
  /** Ids of ended sessions, oldest first. */
  private readonly ended = new Set<string>();

  constructor(
    private readonly settings: SessionsSettings,
    private readonly check: SessionCheck,
    private readonly manager: SessionManager,
    private readonly parts: SessionParts,
  ) {
    parts.operations.onStatus(({ operation_id, status }) => {
      if (isTerminalStatus(status)) this.keepEnded(operation_id);
    });
  }

  /**
   * Starts a session for an API. If the API got no answer and repeats the request, the same attempt of an operation gets the same
   * session. So does the next attempt while the session of the previous one runs.
   *
   * @throws KtrdrError `host_busy`, and what `SessionCheck` throws
   */
  async start(body: StartSessionRequest): Promise<TrainingSession> {
    const { operation_id, attempt = 1 } = body;
    const known = this.newest.get(operation_id);
    const isUsable = known !== undefined && (known.opened?.hasEnded !== true || known.attempt >= attempt);
    if (isUsable) {
      return this.get((await known.session).id);
    }
    const nobodyWaits: Waiting = { signal: new AbortController().signal, onPhase: () => {}, secret: null };
    const opening = this.open(body, nobodyWaits, this.settings.leaseMs);
    const started: NewestSession = { attempt, session: opening, opened: null };
    this.newest.set(operation_id, started);
    try {
      started.opened = await opening;
    } catch (error) {
      this.newest.delete(operation_id);
      throw error;
    }
    return this.get(started.opened.id);
  }

  /**
   * Opens a session, regardless of other sessions of its operation.
   *
   * @param leaseMs `null`: the session has no lease
   * @throws KtrdrError `host_busy`, and what `SessionCheck` throws
   */
  async open(body: StartSessionRequest, waiting: Waiting, leaseMs: number | null): Promise<Session> {
    const request = await this.check.check(body, waiting);
    // No await from here to the start: two requests cannot both get the last place.
    if (this.isBusy) throw await this.busy();
    const session = new Session(request, this.parts, leaseMs);
    await this.manager.startSession(session);
    this.sessions.set(session.id, session);
    // the session may already have ended
    if (isTerminalStatus((await session.state()).status)) this.keepEnded(session.id);
    return session;
  }

  /** Newest first. */
  async list(): Promise<SessionList> {
    const { operations, active_count } = await this.parts.operations.list({ limit: this.sessions.size });
    const sessions = operations.flatMap(
      (operation) => this.sessions.get(operation.operation_id)?.summaryOf(operation) ?? [],
    );
    return { sessions, total_count: sessions.length, active_count };
  }

  /**
   * The state of a session. The request renews its lease.
   *
   * @param after the last point of each seed that the API has, as in `PointsQuery`
   * @throws KtrdrError `session_not_found`
   */
  async get(sessionId: string, after?: string): Promise<TrainingSession> {
    const session = this.find(sessionId);
    const state = await session.state(LastEpochs.parse(after));
    if (!isTerminalStatus(state.status)) session.renewLease();
    return state;
  }

  /** @throws KtrdrError `session_not_found`, `operation_ended` */
  async cancel(sessionId: string, request: CancelOperationRequest): Promise<CancelOperationResponse> {
    return this.find(sessionId).cancel(request);
  }

  /** @throws KtrdrError `session_not_found`, `session_not_completed` */
  async artifacts(sessionId: string): Promise<SessionArtifacts> {
    return { files: await (await this.completed(sessionId)).artifacts() };
  }

  /**
   * Opens one file of a completed session.
   *
   * @param path as in {@link artifacts}
   * @throws KtrdrError `session_not_found`, `session_not_completed`, `not_found`
   */
  async artifact(sessionId: string, path: string): Promise<{ size: number; content: Readable }> {
    const file = await (await this.completed(sessionId)).artifact(path);
    if (file !== null) return { size: file.size, content: file.stream() };
    throw new KtrdrError('not_found', `Session ${sessionId} has no file ${shown(path)}.`);
  }

  /** A response with this state was sent. */
  sentState({ session_id, status, result }: TrainingSession): void {
    if (isTerminalStatus(status) && !hasModel(result)) this.sessions.get(session_id)?.tell();
  }

  /** A file of the session was sent. */
  sentArtifact(sessionId: string, path: string): void {
    this.sessions.get(sessionId)?.sent(path);
  }

  /** Resolves when every API knows how its sessions ended. */
  async untilTold(): Promise<void> {
    await Promise.all([...this.sessions.values()].map(({ told }) => told));
  }

  private get isBusy(): boolean {
    const { wait, maxSessions } = this.settings;
    return !wait && this.parts.operations.activeCount() >= maxSessions;
  }

  private async busy(): Promise<KtrdrError> {
    const { sessions } = await this.list();
    const running = sessions.filter(({ status }) => !isTerminalStatus(status));
    const what = running.map(
      ({ session_id, progress }) =>
        `${progress.current_step} (${percentageText(progress.percentage)}, session ${session_id})`,
    );
    const { maxSessions } = this.settings;
    return new KtrdrError(
      'host_busy',
      `The training host is busy: ${what.join('; ') || 'a session is starting'}. It accepts ${maxSessions} at a time. ` +
        'Train again when it is free, cancel the running training, or start the host with a larger TRAINING_MAX_SESSIONS or with TRAINING_SESSION_WAIT=true.',
      { details: { sessions_max: maxSessions, running: running.map(({ session_id }) => session_id) } },
    );
  }

  private async completed(sessionId: string): Promise<Session> {
    const session = this.find(sessionId);
    const { status } = await session.state();
    if (status === 'completed') return session;
    throw new KtrdrError(
      'session_not_completed',
      `Session ${sessionId} is ${status}: only a completed session has a model.`,
      { details: { status } },
    );
  }

  private find(sessionId: string): Session {
    const session = this.sessions.get(sessionId);
    if (session !== undefined) return session;
    throw new KtrdrError(
      'session_not_found',
      `This training host has no session ${sessionId}: it ended long ago, or the host was restarted.`,
    );
  }

  /** Keeps an ended session. Forgets the oldest one if there are too many. */
  private keepEnded(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    if (session === undefined) return;
    session.end();
    this.ended.add(sessionId);
    // between two requests of their API, all running sessions and as many waiting ones may end
    if (this.ended.size <= Math.max(KEPT_SESSIONS, 2 * this.settings.maxSessions)) return;
    const [oldest] = this.ended;
    if (oldest !== undefined) this.forget(oldest);
  }

  private forget(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    this.ended.delete(sessionId);
    this.sessions.delete(sessionId);
    if (session === undefined) return;
    void session.release();
    const { operationId } = session.request;
    if (this.newest.get(operationId)?.opened === session) this.newest.delete(operationId);
  }
}

/** A dry run writes nothing that an API could fetch. */
function hasModel(result: TrainingResult | null): boolean {
  return result !== null && result.training_metrics !== null;
}
