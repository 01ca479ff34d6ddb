import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isTerminalStatus, KtrdrError, STOPPING_REASON } from '@ktrdr/contracts';
import type {
  EpochMetrics,
  QueuedTrainingOutcome,
  QueuedTrainingReport,
  SentFile,
  SessionEnd,
  SessionReport,
  StartSessionRequest,
  TrainingSession,
} from '@ktrdr/contracts';
import type { JobStop, WorkedJob } from '@ktrdr/job-queue';
import { emptyProgress, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { Waiting } from '../sessions/session-bars.js';
import type { Session } from '../sessions/session.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import { CheckpointTransfer } from './checkpoint-transfer.js';
import type { FileTransfer, Sender } from './file-transfer.js';
import { recentPoints } from './recent-points.js';

type Job = WorkedJob<StartSessionRequest, QueuedTrainingReport>;

/** How long the last checkpoint waits for an unreachable API (ms). After that, the previous checkpoint is used. */
const LAST_CHECKPOINT_MS = 5_000;
/** A report has the points of this time (ms), because a newer report may replace it before it is read. */
const RECENT_MS = 2_000;
const MOST_RECENT = 100;
/** Time between two reports with all points (ms): an API may have missed the others. */
const ALL_POINTS_MS = 30_000;
/** A host that stops must stop its jobs within this time (ms). */
const GONE_MS = 5_000;

export interface QueuedSessionParts {
  /** Name of this host. */
  host: string;
  sessions: SessionsService;
  checkpoints: CheckpointFolders;
  files: FileTransfer;
  clock: Clock;
  logger: OrchestratorLogger;
}

/**
 * One delivery of a queued training to this host, from taking the job to its outcome. It fetches the files for the training, trains
 * in a session, reports the session to the queue, and sends the session's files to the API.
 */
export class QueuedSession {
  private readonly sender: Sender;
  private readonly checkpoints: CheckpointTransfer;
  private readonly stops: JobStops;
  private session: Session | null = null;
  /** The session's newest state. */
  private state: TrainingSession | null = null;
  private resume: boolean;
  private allPointsAt = -Infinity;

  constructor(
    private readonly job: Job,
    private readonly parts: QueuedSessionParts,
  ) {
    const { data, delivery } = job;
    this.sender = { operationId: data.operation_id, delivery };
    this.checkpoints = new CheckpointTransfer(
      this.sender,
      job.secret,
      parts.checkpoints,
      parts.files,
      parts.logger,
    );
    this.stops = new JobStops(job);
    this.resume = data.resume === true;
  }

  /** Trains, and sends the files of the training. Settles only when nothing computes any more. */
  async work(): Promise<QueuedTrainingOutcome> {
    try {
      return await this.train();
    } catch (error) {
      const { last } = this.stops;
      if (last?.cause === 'cancelled') {
        return this.outcome({ status: 'cancelled', cancel_reason: last.reason, result: null });
      }
      if (!(error instanceof KtrdrError)) throw error;
      return this.outcome({ status: 'failed', error: error.toBody(), result: null });
    } finally {
      await this.checkpoints.end();
      await this.session?.release();
    }
  }

  private async train(): Promise<QueuedTrainingOutcome> {
    const { data, delivery } = this.job;
    this.stops.any.throwIfAborted();
    // a training whose host was lost is delivered again: it resumes if the lost host has sent a checkpoint
    if (this.resume || delivery > 1) {
      const isThere = await this.checkpoints.fetch(this.waiting);
      this.resume ||= isThere;
    }
    const session = await this.parts.sessions.open({ ...data, resume: this.resume }, this.waiting, null);
    this.session = session;
    const end = await this.follow(session);
    if (end.status === 'completed') return this.outcome({}, await this.sendFiles(session));
    const patience = AbortSignal.timeout(LAST_CHECKPOINT_MS);
    await this.checkpoints.sendLast(AbortSignal.any([this.stops.gone, patience]));
    if (end.cancel_reason === STOPPING_REASON) await this.untilStopped();
    return this.outcome({});
  }

  /** Reports the session and sends its checkpoints until it has ended. */
  private async follow(session: Session): Promise<TrainingSession> {
    session.onCheckpoint(() => void this.sendCheckpoint());
    this.stops.listen((stop) => void this.cancel(session, stop));
    for await (const state of session.states()) {
      this.state = state;
      if (!isTerminalStatus(state.status)) this.report(state);
    }
    this.state = await session.state();
    return this.state;
  }

  private async sendCheckpoint(): Promise<void> {
    await this.checkpoints.sendNewest(this.stops.gone);
    if (this.state !== null && !isTerminalStatus(this.state.status)) this.report(this.state);
  }

  private async cancel(session: Session, { reason, force }: JobStop): Promise<void> {
    try {
      await session.cancel({ reason: reason ?? undefined, force });
    } catch (error) {
      if (error instanceof KtrdrError && error.code === 'operation_ended') return;
      this.parts.logger.error('a session could not be cancelled', { error, session_id: session.id });
    }
  }

  /** The host stops and has cancelled its sessions: the worker is about to return its jobs to the queue. */
  private async untilStopped(): Promise<void> {
    const { any } = this.stops;
    try {
      await this.parts.clock.sleep(GONE_MS, any);
    } catch (error) {
      if (!any.aborted) throw error;
    }
  }

  private async sendFiles(session: Session): Promise<SentFile[]> {
    const sent: SentFile[] = [];
    for (const { path, file } of await session.files()) {
      await this.parts.files.sendArtifact(this.sender, path, file, this.waiting);
      const sha256 = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      sent.push({ path, sha256 });
    }
    return sent;
  }

  private get waiting(): Waiting {
    return { signal: this.stops.any, onPhase: (phase) => this.reportPhase(phase), secret: this.job.secret };
  }

  private report({ last_update, progress, warnings, points = [] }: Omit<SessionReport, 'resumable'>): void {
    const resumable = this.checkpoints.apiHas;
    this.job.report({
      session: { last_update, progress, warnings, resumable, points: this.pointsToReport(points) },
    });
  }

  private pointsToReport(points: EpochMetrics[]): EpochMetrics[] {
    const { clock } = this.parts;
    const now = clock.monotonic();
    if (now - this.allPointsAt >= ALL_POINTS_MS) {
      this.allPointsAt = now;
      return points;
    }
    const recent = new Date(clock.now() - RECENT_MS).toISOString();
    return recentPoints(points, recent, MOST_RECENT);
  }

  /** Reports the phase of a training that has no session yet or any more. */
  private reportPhase(phase: string): void {
    const { progress, warnings } = this.state ?? { progress: emptyProgress(), warnings: [] };
    this.report({
      last_update: null,
      progress: { ...progress, context: { ...progress.context, phase } },
      warnings,
    });
  }

  /** `end`: overrides the end of the session. */
  private outcome(end: Partial<SessionEnd>, files: SentFile[] = []): QueuedTrainingOutcome {
    const { state, resume } = this;
    const session = {
      session_id: state?.session_id ?? null,
      status: state?.status ?? 'failed',
      cancel_reason: state?.cancel_reason ?? null,
      error: state?.error ?? null,
      result: state?.result ?? null,
      warnings: state?.warnings ?? [],
      points: state?.points ?? [],
      ...end,
    };
    const resumable = session.status !== 'completed' && (this.checkpoints.apiHas || resume);
    return {
      session: { ...session, resumable },
      host: this.parts.host,
      run: this.sender.delivery,
      files,
    };
  }
}

/** The requests to stop a job, and the signals that they fire. */
class JobStops {
  /** The newest reason. */
  last: JobStop | null = null;
  private readonly stopped = new AbortController();
  private readonly taken = new AbortController();
  /** Fires with the first stop: no step begins and no wait continues. */
  readonly any = this.stopped.signal;
  /** Fires when another host has the job: the API accepts no more files from here. */
  readonly gone = this.taken.signal;
  private listener = (_stop: JobStop): void => {};

  constructor(job: Job) {
    job.onStop((stop) => {
      this.last = stop;
      const why = new Error(stop.reason ?? 'cancelled');
      this.stopped.abort(why);
      if (stop.cause === 'gone' && stop.force) this.taken.abort(why);
      this.listener(stop);
    });
  }

  /** Calls `listener` with every stop; at once if there was one. */
  listen(listener: (stop: JobStop) => void): void {
    this.listener = listener;
    if (this.last !== null) listener(this.last);
  }
}
