import { join } from 'node:path';
import { LastEpochs } from '@ktrdr/contracts';
import type {
  ArtifactFile,
  CancelOperationRequest,
  CancelOperationResponse,
  EngineChoice,
  EpochMetrics,
  Operation,
  OperationSummary,
  TrainingProgressUpdate,
  TrainingResult,
  TrainingSession,
  TrainingSessionSummary,
} from '@ktrdr/contracts';
import type { Clock, OperationsService, OrchestratorLogger } from '@ktrdr/orchestrator';
import { filesBelow, listArtifacts, openArtifact } from '@ktrdr/trainer';
import type { ModelStorage, TrainingRunOutcome } from '@ktrdr/trainer';
import type { TrainingRunHooks } from '@ktrdr/training-operation';
import type { SessionRequest } from './session-request.js';

export interface SessionParts {
  operations: OperationsService;
  /** Sessions write into its staging folders. The API moves the model into its own storage. */
  folders: ModelStorage;
  clock: Clock;
  logger: OrchestratorLogger;
}

/**
 * One training on this host: its operation, its engine and last report, its lease, and its files. It is kept after its end until
 * its API has the files.
 */
export class Session {
  /** Resolves when the API knows how the session ended and has its files, or does not need them. */
  readonly told: Promise<void>;
  /** Call it when {@link told} holds. */
  tell = (): void => {};
  hasEnded = false;
  private operationId = '';
  private engine: EngineChoice | null;
  private lastUpdate: TrainingProgressUpdate | null = null;
  private hasCheckpoint: boolean;
  private checkpointListener = (): void => {};
  /** Folder with the files of a completed run. */
  private outputDir: string | null = null;
  /** Files that its API has not fetched yet; `null`: it has not requested the list. */
  private unsent: Set<string> | null = null;
  private stopLease = (): void => {};

  constructor(
    readonly request: SessionRequest,
    private readonly parts: SessionParts,
    /** The session is cancelled if it gets no request for this long (ms); `null`: the caller that opened it cancels it. */
    private readonly leaseMs: number | null,
  ) {
    this.engine = request.resumedEngine;
    this.hasCheckpoint = request.resumedEngine !== null;
    this.told = new Promise((resolve) => {
      this.tell = resolve;
    });
  }

  /** Id of the session's operation on this host. */
  get id(): string {
    return this.operationId;
  }

  /** The session's operation was started. */
  started(operationId: string): void {
    this.operationId = operationId;
  }

  /** Calls `listener` when a checkpoint was written: from then on the API's operation can resume. */
  onCheckpoint(listener: () => void): void {
    this.checkpointListener = listener;
  }

  /** Watches the run through its hooks. */
  watched(hooks: TrainingRunHooks): TrainingRunHooks {
    return {
      ...hooks,
      onEngine: (engine) => {
        this.engine = engine;
      },
      onProgress: (update) => {
        this.lastUpdate = update;
        hooks.onProgress(update);
      },
      onResumable: (resumable) => {
        this.hasCheckpoint = resumable;
        if (resumable) this.checkpointListener();
      },
    };
  }

  /** Trains into a folder, and keeps it if the run completes. */
  async keep(
    operationId: string,
    trainInto: (outputDir: string) => Promise<TrainingRunOutcome>,
  ): Promise<TrainingRunOutcome> {
    const { folders } = this.parts;
    const outputDir = await folders.stage(operationId);
    try {
      const outcome = await trainInto(outputDir);
      this.outputDir = outputDir;
      return outcome;
    } catch (error) {
      await folders.discard(outputDir);
      throw error;
    }
  }

  /** @param known what the reader has: only later points are in the state */
  async state(known = new LastEpochs()): Promise<TrainingSession> {
    const operation = await this.parts.operations.get(this.id);
    return this.stateOf(operation, await this.points(known));
  }

  /** The state now and after each change. Ends with the session. */
  async *states(): AsyncGenerator<TrainingSession, void> {
    for await (const { operation } of this.parts.operations.watch(this.id))
      yield this.stateOf(operation, await this.points(new LastEpochs()));
  }

  /** @throws KtrdrError `operation_ended` */
  cancel(request: CancelOperationRequest): Promise<CancelOperationResponse> {
    return this.parts.operations.cancel(this.id, request);
  }

  /** Renews the lease: the session got a request. */
  renewLease(): void {
    const { leaseMs } = this;
    if (leaseMs === null) return;
    this.stopLease();
    this.stopLease = this.parts.clock.setTimer(leaseMs, () => void this.abandon(leaseMs));
  }

  /** Its operation has ended. */
  end(): void {
    this.hasEnded = true;
    this.stopLease();
  }

  /** Names and paths of the files of a completed session; empty if none are kept. */
  async files(): Promise<{ path: string; file: string }[]> {
    const { outputDir } = this;
    if (outputDir === null) return [];
    return (await filesBelow(outputDir)).map((path) => ({ path, file: join(outputDir, path) }));
  }

  /** The files of a completed session, with their sizes and hashes; empty if none are kept. */
  async artifacts(): Promise<ArtifactFile[]> {
    const files = this.outputDir === null ? [] : await listArtifacts(this.outputDir);
    this.unsent ??= new Set(files.map(({ path }) => path));
    return files;
  }

  /** Opens one of these files. @returns `null` if there is no such file */
  async artifact(path: string): ReturnType<typeof openArtifact> {
    return this.outputDir === null ? null : openArtifact(this.outputDir, path);
  }

  /** One of these files was sent. */
  sent(path: string): void {
    this.unsent?.delete(path);
    if (this.unsent?.size === 0) this.tell();
  }

  /** Removes the files of the session: the API has them, or does not need them. Never rejects; a failure is logged. */
  async release(): Promise<void> {
    this.tell();
    const { folders, logger } = this.parts;
    const { outputDir } = this;
    this.outputDir = null;
    if (outputDir === null) return;
    try {
      await folders.removeStaged(outputDir);
    } catch (error) {
      logger.error('the files of a session could not be removed', { error, session_id: this.id });
    }
  }

  summaryOf(operation: OperationSummary): TrainingSessionSummary {
    return {
      session_id: operation.operation_id,
      operation_id: this.request.operationId,
      status: operation.status,
      created_at: operation.created_at,
      started_at: operation.started_at,
      completed_at: operation.completed_at,
      progress: operation.progress,
      last_update: this.lastUpdate,
      engine: this.engine?.engine ?? null,
      device: this.engine?.device ?? null,
      cancel_reason: operation.cancel_reason,
      error: operation.error,
      warnings: operation.warnings,
      resumable: this.hasCheckpoint && operation.status !== 'completed',
    };
  }

  private stateOf(operation: Operation, points: EpochMetrics[]): TrainingSession {
    return { ...this.summaryOf(operation), result: operation.result as TrainingResult | null, points };
  }

  /** The attempts that count are those of the API's operation. */
  private async points(known: LastEpochs): Promise<EpochMetrics[]> {
    return known.later(await this.parts.operations.metrics(this.id)).map((point) => {
      const { attempt: _, ...epoch } = point;
      return epoch;
    });
  }

  /** The session's API is gone, or cannot reach this host. */
  private async abandon(leaseMs: number): Promise<void> {
    try {
      await this.cancel({ reason: `the session got no request for ${leaseMs / 1000} s` });
    } catch (error) {
      this.parts.logger.error('an abandoned session could not be cancelled', { error, session_id: this.id });
    }
  }
}
