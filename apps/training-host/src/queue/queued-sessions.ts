import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTerminalStatus, KtrdrError, STOPPING_REASON } from '@ktrdr/contracts';
import type {
  QueuedTraining,
  QueuedTrainingOutcome,
  QueuedTrainingReport,
  SentFile,
  TrainingSession,
} from '@ktrdr/contracts';
import type { JobStop, WorkedJob } from '@ktrdr/job-queue';
import { emptyProgress, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import type { CheckpointFolders } from '@ktrdr/trainer';
import type { SessionsService } from '../sessions/sessions.service.js';
import type { ApiClient } from './api-client.js';
import { CheckpointSender } from './checkpoint-sender.js';

type Job = WorkedJob<QueuedTraining, QueuedTrainingReport>;

/** Time between two looks at a session, ms. */
const LOOK_MS = 100;
/** An API that is away for so long gets no last checkpoint, ms: the one before it has to do. */
const LAST_CHECKPOINT_MS = 5_000;
/** What a training wrote waits for an API that is away for so long, ms. */
const FILES_MS = 3_600_000;
/** A host that stops says so to its jobs within this time, ms. */
const GONE_MS = 5_000;
/** Attempts of an operation and runs of its job, as one number that grows: each run is a session of its own. */
const MOST_RUNS = 1_000_000;

/** Trainings of a queue as sessions: what a session does, the queue and the API hear. */
export class QueuedSessions {
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
    const gone = new AbortController();
    const cancelled = new AbortController();
    /** Also where the host stops: then what was computed is still sent, and nothing new begun. */
    const stopped = new AbortController();
    let stop: JobStop | null = null;
    job.onStop((now) => {
      stop = now;
      const why = new Error(now.reason ?? 'cancelled');
      stopped.abort(why);
      if (now.cause === 'cancelled') cancelled.abort(why);
      else if (now.force) gone.abort(why);
    });
    const { data, run } = job;
    const { operation_id: operationId, attempt = 1 } = data;
    if (stop !== null) return this.outcome(job, notBegun(job, stop, this.clock), []);
    let resume: boolean;
    try {
      resume = await this.fetchCheckpoint(job, stopped.signal);
    } catch (error) {
      if (cancelled.signal.aborted) return this.outcome(job, notBegun(job, stop, this.clock), []);
      throw error;
    }
    const started = await this.start(job, { ...data, resume, attempt: attempt * MOST_RUNS + run });
    if ('outcome' in started) return started.outcome;
    const sender = new CheckpointSender(operationId, run, this.checkpoints, this.api, this.logger);
    const session = await this.follow(job, started.id, sender, () => stop, gone.signal);
    if (session.status !== 'completed') {
      await sender.sendLast(AbortSignal.any([gone.signal, AbortSignal.timeout(LAST_CHECKPOINT_MS)]));
      if (session.cancel_reason === STOPPING_REASON) await this.untilGone(() => stop);
      return this.outcome(job, { ...session, resumable: sender.hasSent || resume }, []);
    }
    try {
      const signal = AbortSignal.any([gone.signal, cancelled.signal, AbortSignal.timeout(FILES_MS)]);
      return this.outcome(job, session, await this.sendFiles(job, session, signal));
    } catch (error) {
      if (!cancelled.signal.aborted) throw error;
      const reason = (stop as JobStop | null)?.reason ?? null;
      return this.outcome(job, { ...session, status: 'cancelled', cancel_reason: reason, result: null }, []);
    }
  }

  /** What the session's check refuses is how the training ended. */
  private async start(
    job: Job,
    request: QueuedTraining,
  ): Promise<{ id: string } | { outcome: QueuedTrainingOutcome }> {
    try {
      return { id: (await this.sessions.start(request)).session_id };
    } catch (error) {
      if (!(error instanceof KtrdrError) || error.code === 'host_busy') throw error;
      const session = { ...emptySession(job, this.clock), status: 'failed' as const, error: error.toBody() };
      return { outcome: this.outcome(job, session, []) };
    }
  }

  /** Puts the newest checkpoint where the session looks for it. @returns whether the session goes on from one */
  private async fetchCheckpoint({ data, run }: Job, signal: AbortSignal): Promise<boolean> {
    const { operation_id: operationId, resume = false } = data;
    if (!resume && run === 1) return false;
    const folder = this.checkpoints.of(operationId);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'checkpoint-00000001.ktrdr');
    const isThere = await this.api.fetchCheckpoint(operationId, file, signal);
    if (!isThere) await rm(folder, { recursive: true, force: true });
    return isThere || resume;
  }

  private async follow(
    job: Job,
    sessionId: string,
    sender: CheckpointSender,
    stop: () => JobStop | null,
    signal: AbortSignal,
  ): Promise<TrainingSession> {
    let told: JobStop | null = null;
    let last = '';
    for (;;) {
      const session = await this.sessions.get(sessionId);
      if (isTerminalStatus(session.status)) return session;
      const now = stop();
      if (now !== null && now !== told) {
        told = now;
        const reason = now.reason ?? undefined;
        await this.sessions.cancel(sessionId, { reason, force: now.force }).catch((error: unknown) => {
          if (!(error instanceof KtrdrError && error.code === 'operation_ended')) throw error;
        });
      }
      if (session.resumable) void sender.sendNewest(signal);
      const report = {
        ...session,
        resumable: sender.hasSent || (session.resumable && job.data.resume === true),
      };
      const text = JSON.stringify(report);
      if (text !== last) job.report({ session: report });
      last = text;
      await this.clock.sleep(LOOK_MS);
    }
  }

  /** The host stops and has cancelled its sessions: the worker is about to give its jobs back. */
  private async untilGone(stop: () => JobStop | null): Promise<void> {
    const end = this.clock.monotonic() + GONE_MS;
    while (stop() === null && this.clock.monotonic() < end) await this.clock.sleep(LOOK_MS);
  }

  private async sendFiles(
    { data, run }: Job,
    session: TrainingSession,
    signal: AbortSignal,
  ): Promise<SentFile[]> {
    const sent: SentFile[] = [];
    for (const { path, file } of await this.sessions.files(session.session_id)) {
      await this.api.sendArtifact({ operationId: data.operation_id, run, path }, file, signal);
      sent.push({
        path,
        sha256: createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      });
    }
    this.sessions.tellAll(session.session_id);
    return sent;
  }

  private outcome({ run }: Job, session: TrainingSession, files: SentFile[]): QueuedTrainingOutcome {
    return { session, host: this.host, run, files };
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

function notBegun(job: Job, stop: JobStop | null, clock: Clock): TrainingSession {
  return { ...emptySession(job, clock), status: 'cancelled', cancel_reason: stop?.reason ?? null };
}
