import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTerminalStatus, KtrdrError, STOPPING_REASON } from '@ktrdr/contracts';
import type {
  StartSessionRequest,
  QueuedTrainingOutcome,
  QueuedTrainingReport,
  SentFile,
  TrainingSession,
} from '@ktrdr/contracts';
import type { JobStop, WorkedJob } from '@ktrdr/job-queue';
import { emptyProgress, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { Waiting } from '../sessions/session-bars.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import type { ApiClient } from './api-client.js';
import { CheckpointSender } from './checkpoint-sender.js';

type Job = WorkedJob<StartSessionRequest, QueuedTrainingReport>;

/** Time between two looks at a session, ms. */
const LOOK_MS = 100;
/** An API that is away for so long gets no last checkpoint, ms: the one before it has to do. */
const LAST_CHECKPOINT_MS = 5_000;
/** A host that stops says so to its jobs within this time, ms. */
const GONE_MS = 5_000;

/** Trainings of a queue as sessions: what a session does, the queue and the API hear. */
export class QueuedSessions {
  /** Each run is a session of its own: a queue that has lost everything counts runs anew. */
  private lastSession = 0;

  constructor(
    /** Name of this host. */
    private readonly host: string,
    private readonly sessions: SessionsService,
    private readonly checkpoints: CheckpointFolders,
    private readonly api: ApiClient,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {}

  /** Trains, and sends what the training wrote. Settles only when nothing computes any more. */
  async work(job: Job): Promise<QueuedTrainingOutcome> {
    const stops = new JobStops(job);
    const { data, run } = job;
    const { operation_id: operationId } = data;
    const sender = new CheckpointSender(operationId, run, this.checkpoints, this.api, this.logger);
    let session = emptySession(job, this.clock);
    let resume = data.resume === true;
    const waiting = (signal: AbortSignal): Waiting => ({
      signal,
      onPhase: (phase) => job.report({ session: inPhase(session, phase) }),
    });
    const ended = (end: Partial<TrainingSession>, files: SentFile[] = []): QueuedTrainingOutcome => {
      const last = { ...session, ...end };
      const resumable = last.status !== 'completed' && (sender.apiHas || resume);
      return { session: { ...last, resumable }, host: this.host, run, files };
    };
    try {
      stops.any.throwIfAborted();
      resume = await this.fetchCheckpoint(job, sender, waiting(stops.any));
      const request = { ...data, resume, attempt: (this.lastSession += 1) };
      session = await this.sessions.start(request, waiting(stops.any));
      session = await this.follow(job, session.session_id, sender, stops);
      if (session.status === 'completed') {
        return ended({}, await this.sendFiles(job, session, waiting(stops.any)));
      }
      await sender.sendLast(AbortSignal.any([stops.gone, AbortSignal.timeout(LAST_CHECKPOINT_MS)]));
      if (session.cancel_reason === STOPPING_REASON) await this.untilGone(stops);
      return ended({});
    } catch (error) {
      if (stops.last?.cause === 'cancelled') {
        return ended({ status: 'cancelled', cancel_reason: stops.last.reason, result: null });
      }
      if (error instanceof KtrdrError)
        return ended({ status: 'failed', error: error.toBody(), result: null });
      throw error;
    } finally {
      sender.end();
      await this.sessions.release(session.session_id);
      // whoever goes on has what was sent
      await this.checkpoints.remove(operationId, (problem) => this.logger.warn(problem));
    }
  }

  /** Puts the newest checkpoint where the session looks for it. @returns whether the session goes on from one */
  private async fetchCheckpoint(
    { data, run }: Job,
    sender: CheckpointSender,
    waiting: Waiting,
  ): Promise<boolean> {
    const { operation_id: operationId, resume = false } = data;
    if (!resume && run === 1) return false;
    const folder = this.checkpoints.of(operationId);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'checkpoint-00000001.ktrdr');
    const isThere = await this.api.fetchCheckpoint(operationId, file, waiting);
    if (isThere) sender.fetched();
    else await rm(folder, { recursive: true, force: true });
    return isThere || resume;
  }

  private async follow(
    job: Job,
    sessionId: string,
    sender: CheckpointSender,
    stops: JobStops,
  ): Promise<TrainingSession> {
    let told: JobStop | null = null;
    let last = '';
    for (;;) {
      const session = await this.sessions.get(sessionId);
      if (isTerminalStatus(session.status)) return session;
      const now = stops.last;
      if (now !== null && now !== told) {
        told = now;
        const reason = now.reason ?? undefined;
        await this.sessions.cancel(sessionId, { reason, force: now.force }).catch((error: unknown) => {
          if (!(error instanceof KtrdrError && error.code === 'operation_ended')) throw error;
        });
      }
      if (session.resumable) void sender.sendNewest(stops.gone);
      const report = { ...session, resumable: sender.apiHas };
      const text = JSON.stringify(report);
      if (text !== last) job.report({ session: report });
      last = text;
      await this.clock.sleep(LOOK_MS);
    }
  }

  /** The host stops and has cancelled its sessions: the worker is about to give its jobs back. */
  private async untilGone(stops: JobStops): Promise<void> {
    const end = this.clock.monotonic() + GONE_MS;
    while (stops.last === null && this.clock.monotonic() < end) await this.clock.sleep(LOOK_MS);
  }

  private async sendFiles(
    { data, run }: Job,
    session: TrainingSession,
    waiting: Waiting,
  ): Promise<SentFile[]> {
    const sent: SentFile[] = [];
    for (const { path, file } of await this.sessions.files(session.session_id)) {
      await this.api.sendArtifact({ operationId: data.operation_id, run, path }, file, waiting);
      sent.push({
        path,
        sha256: createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      });
    }
    return sent;
  }
}

/** Why a job has to stop, and what ends with that. */
class JobStops {
  /** The newest. */
  last: JobStop | null = null;
  readonly #any = new AbortController();
  readonly #gone = new AbortController();
  /** Fires with the first: nothing is begun or waited for any more. */
  readonly any = this.#any.signal;
  /** Fires where the job is another's already: nobody takes anything from here. */
  readonly gone = this.#gone.signal;

  constructor(job: Job) {
    job.onStop((stop) => {
      this.last = stop;
      const why = new Error(stop.reason ?? 'cancelled');
      this.#any.abort(why);
      if (stop.cause === 'gone' && stop.force) this.#gone.abort(why);
    });
  }
}

/** A training that ended before there was a session. */
function emptySession({ id, data }: Job, clock: Clock): TrainingSession {
  const now = new Date(clock.now()).toISOString();
  return {
    session_id: id,
    operation_id: data.operation_id,
    status: 'pending',
    created_at: now,
    started_at: null,
    completed_at: now,
    progress: emptyProgress(),
    last_update: null,
    engine: null,
    device: null,
    cancel_reason: null,
    error: null,
    warnings: [],
    result: null,
    resumable: data.resume === true,
  };
}

/** A session that waits for something else than its training. */
function inPhase(session: TrainingSession, phase: string): TrainingSession {
  const { progress } = session;
  return {
    ...session,
    last_update: null,
    progress: { ...progress, context: { ...progress.context, phase } },
  };
}
