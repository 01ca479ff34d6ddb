import { isTerminalStatus, KtrdrError, percentageText } from '@ktrdr/contracts';
import type {
  CancelOperationRequest,
  CancelOperationResponse,
  EngineChoice,
  OperationSummary,
  SessionArtifacts,
  SessionList,
  StartSessionRequest,
  TrainingProgressUpdate,
  TrainingResult,
  TrainingSession,
  TrainingSessionSummary,
} from '@ktrdr/contracts';
import type { Clock, OperationsService, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { Waiting } from './session-bars.js';
import type { SessionCheck } from './session-check.js';
import type { SessionManager } from './session-manager.js';
import type { SessionRequest } from './session-request.js';
import type { SessionTraining } from './session-training.js';

/** Ended sessions that are remembered at least, with what they wrote, for their API to fetch. */
const KEPT_SESSIONS = 20;

const NOBODY: Waiting = { signal: new AbortController().signal, onPhase: () => {} };

export interface SessionsSettings {
  maxSessions: number;
  /** A session beyond `maxSessions` waits for its turn; else it is refused. */
  wait: boolean;
  /** A session that nobody asks for in this time is cancelled, ms. */
  leaseMs: number;
}

/** What a session is beyond its operation. */
interface Session {
  request: SessionRequest;
  /** `null` until it is resolved. */
  engine: EngineChoice | null;
  lastUpdate: TrainingProgressUpdate | null;
  /** There is a checkpoint of its operation. */
  hasCheckpoint: boolean;
  /** Takes back the timer that ends a session nobody asks for. */
  endLease: () => void;
  /** Its API has heard how it ended, and has what it wrote. */
  told: boolean;
}

interface OperationSession {
  /** Attempt of the operation that it was asked for. */
  attempt: number;
  id: Promise<string>;
  ended: boolean;
}

/** Sessions as the API sees them. */
export class SessionsService {
  private readonly sessions = new Map<string, Session>();
  /** Newest session of an API's operation, from the moment it is asked for. */
  private readonly byOperation = new Map<string, OperationSession>();
  /** Oldest first. */
  private readonly ended: string[] = [];

  constructor(
    private readonly settings: SessionsSettings,
    private readonly check: SessionCheck,
    private readonly manager: SessionManager,
    private readonly training: SessionTraining,
    private readonly operations: OperationsService,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {
    operations.onStatus((operation) => {
      if (isTerminalStatus(operation.status)) this.remember(operation.operation_id);
    });
  }

  /**
   * Starts a session. Asked again for one attempt of an operation, as an API does that got no answer, it gives the session
   * there is; so it does for the next attempt while the last one's session runs.
   *
   * @param waiting for what its check needs from elsewhere; nobody, where an API asks
   * @throws KtrdrError `host_busy`, and what `SessionCheck` throws
   */
  async start(body: StartSessionRequest, waiting: Waiting = NOBODY): Promise<TrainingSession> {
    const { operation_id, attempt = 1 } = body;
    const known = this.byOperation.get(operation_id);
    if (known !== undefined && (!known.ended || known.attempt >= attempt)) return this.get(await known.id);
    const id = this.begin(body, waiting);
    this.byOperation.set(operation_id, { attempt, id, ended: false });
    id.catch(() => this.byOperation.delete(operation_id));
    return this.get(await id);
  }

  /** Newest first. */
  async list(): Promise<SessionList> {
    const { operations, active_count } = await this.operations.list({ limit: this.sessions.size });
    const sessions = operations.flatMap((operation) => {
      const session = this.sessions.get(operation.operation_id);
      return session === undefined ? [] : [summaryOf(operation, session)];
    });
    return { sessions, total_count: sessions.length, active_count };
  }

  /**
   * Whoever asks keeps the session going: one that nobody asks for in `leaseMs` is cancelled.
   *
   * @throws KtrdrError `session_not_found`
   */
  async get(sessionId: string): Promise<TrainingSession> {
    const session = this.find(sessionId);
    const operation = await this.operations.get(sessionId);
    if (!isTerminalStatus(operation.status)) this.renewLease(sessionId, session);
    return { ...summaryOf(operation, session), result: operation.result as TrainingResult | null };
  }

  /** @throws KtrdrError `session_not_found`, `operation_ended` */
  async cancel(sessionId: string, request: CancelOperationRequest): Promise<CancelOperationResponse> {
    this.find(sessionId);
    return this.operations.cancel(sessionId, request);
  }

  /** @throws KtrdrError `session_not_found`, `session_not_completed` */
  async artifacts(sessionId: string): Promise<SessionArtifacts> {
    const { status } = await this.get(sessionId);
    if (status !== 'completed') {
      throw new KtrdrError(
        'session_not_completed',
        `Session ${sessionId} is ${status}: only a completed session has a model.`,
        { details: { status } },
      );
    }
    return { files: await this.training.artifacts(sessionId) };
  }

  /** Where what a completed session wrote lies. */
  files(sessionId: string): Promise<{ path: string; file: string }[]> {
    return this.training.files(sessionId);
  }

  /** The answer with this state of the session has gone out. */
  tell({ session_id, status, result }: TrainingSession): void {
    const isLast = isTerminalStatus(status) && !hasModel(result);
    if (isLast) this.tellAll(session_id);
  }

  /** Everything that the session wrote has gone out. */
  tellAll(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    if (session !== undefined) session.told = true;
  }

  /** The API has what the session wrote, or wants nothing of it. Never rejects: what cannot be removed is told. */
  async release(sessionId: string): Promise<void> {
    this.tellAll(sessionId);
    try {
      await this.training.discard(sessionId);
    } catch (error) {
      this.logger.error('what a session wrote could not be removed', { error, session_id: sessionId });
    }
  }

  /** Sessions of which the API has not heard the end. */
  get untold(): number {
    return [...this.sessions.values()].filter(({ told }) => !told).length;
  }

  private async begin(body: StartSessionRequest, waiting: Waiting): Promise<string> {
    const request = await this.check.check(body, waiting);
    const session: Session = {
      request,
      engine: request.resumedEngine,
      lastUpdate: null,
      hasCheckpoint: request.resumedEngine !== null,
      told: false,
      endLease: () => {},
    };
    // From here to the start without an await: two requests cannot both find the last place.
    if (this.isBusy) throw await this.busy();
    const { operation_id } = await this.manager.startSession(request, {
      onEngine: (engine) => {
        session.engine = engine;
      },
      onUpdate: (update) => {
        session.lastUpdate = update;
      },
      onCheckpoint: () => {
        session.hasCheckpoint = true;
      },
    });
    this.sessions.set(operation_id, session);
    return operation_id;
  }

  private get isBusy(): boolean {
    const { wait, maxSessions } = this.settings;
    return !wait && this.operations.activeCount() >= maxSessions;
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
      `The training host is busy: ${what.join('; ') || 'a session is starting'}. It takes ${maxSessions} at a time. ` +
        'Train again when it is free, cancel what runs, or start the host with a larger TRAINING_MAX_SESSIONS or with TRAINING_SESSION_WAIT=true.',
      { details: { sessions_max: maxSessions, running: running.map(({ session_id }) => session_id) } },
    );
  }

  private find(sessionId: string): Session {
    const session = this.sessions.get(sessionId);
    if (session !== undefined) return session;
    throw new KtrdrError(
      'session_not_found',
      `This training host knows no session ${sessionId}: it ended long ago, or the host was restarted since.`,
    );
  }

  private renewLease(sessionId: string, session: Session): void {
    session.endLease();
    session.endLease = this.clock.setTimer(this.settings.leaseMs, () => void this.abandon(sessionId));
  }

  /** The API of the session is gone, or cannot reach this host. */
  private async abandon(sessionId: string): Promise<void> {
    const reason = `nobody has asked for the session for ${this.settings.leaseMs / 1000} s`;
    try {
      await this.operations.cancel(sessionId, { reason });
    } catch (error) {
      this.logger.error('an abandoned session could not be cancelled', { error, session_id: sessionId });
    }
  }

  /** What is known of a session by its operation, if no newer one has taken its place. */
  private newestOf(session: Session | undefined): OperationSession | undefined {
    if (session === undefined) return undefined;
    const { operationId, attempt } = session.request;
    const newest = this.byOperation.get(operationId);
    return newest?.attempt === attempt ? newest : undefined;
  }

  /** Keeps the ended session, and forgets the oldest one beyond the bound. */
  private remember(sessionId: string): void {
    const ended = this.sessions.get(sessionId);
    ended?.endLease();
    const newest = this.newestOf(ended);
    if (newest !== undefined) newest.ended = true;
    this.ended.push(sessionId);
    // all sessions, and as many that waited, may end between two looks of their API
    if (this.ended.length <= Math.max(KEPT_SESSIONS, 2 * this.settings.maxSessions)) return;
    const oldest = this.ended.shift() as string;
    const session = this.sessions.get(oldest);
    void this.release(oldest);
    this.sessions.delete(oldest);
    if (session !== undefined && this.newestOf(session) !== undefined) {
      this.byOperation.delete(session.request.operationId);
    }
  }
}

/** After a dry run there is nothing to fetch. */
function hasModel(result: TrainingResult | null): boolean {
  return result !== null && result.training_metrics !== null;
}

function summaryOf(
  operation: OperationSummary,
  { request, engine, lastUpdate, hasCheckpoint }: Session,
): TrainingSessionSummary {
  return {
    session_id: operation.operation_id,
    operation_id: request.operationId,
    status: operation.status,
    created_at: operation.created_at,
    started_at: operation.started_at,
    completed_at: operation.completed_at,
    progress: operation.progress,
    last_update: lastUpdate,
    engine: engine?.engine ?? null,
    device: engine?.device ?? null,
    cancel_reason: operation.cancel_reason,
    error: operation.error,
    warnings: operation.warnings,
    resumable: hasCheckpoint && operation.status !== 'completed',
  };
}
