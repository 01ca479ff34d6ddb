import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { KtrdrError, TRAINING_QUEUE } from '@ktrdr/contracts';
import type {
  HostDescription,
  StartSessionRequest,
  QueuedTrainingOutcome,
  QueuedTrainingReport,
} from '@ktrdr/contracts';
import { TRAINING_QUEUE_READER } from '@ktrdr/contracts/messages';
import { JobWorker } from '@ktrdr/job-queue';
import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { CheckpointFolders, EngineSelector } from '@ktrdr/trainer';
import type { HostQueueSettings, HostSettings } from '../config.js';
import { describeHost } from '../host-health.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { FileTransfer } from './file-transfer.js';
import { QueuedSession } from './queued-session.js';

type Worker = JobWorker<StartSessionRequest, QueuedTrainingReport, QueuedTrainingOutcome, HostDescription>;

/** Starts and stops the queue's worker with the service. */
class QueueWorker implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private stopped: Promise<void> | null = null;

  constructor(
    private readonly worker: Worker,
    private readonly workDir: string,
  ) {}

  /** @throws KtrdrError `queue_unreachable` */
  async onApplicationBootstrap(): Promise<void> {
    await removeLeftBehind(dirname(this.workDir));
    try {
      await this.worker.start();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new KtrdrError(
        'queue_unreachable',
        `The training queue cannot be reached (${why}). Start it, or correct TRAINING_QUEUE_URL.`,
        { cause },
      );
    }
  }

  /** Returns the running trainings to the queue. Their sessions are cancelled at the same time. */
  onModuleDestroy(): void {
    this.stopped = this.worker.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stopped;
    await rm(this.workDir, { recursive: true, force: true });
  }
}

/** Takes trainings from the queue. */
@Module({})
export class QueueModule {
  static register(
    settings: HostSettings,
    { url, apiUrl, leaseMs, name, workDir }: HostQueueSettings,
    sessions: DynamicModule,
  ): DynamicModule {
    return {
      module: QueueModule,
      imports: [sessions],
      providers: [
        {
          provide: QueueWorker,
          inject: [
            SessionsService,
            CheckpointFolders,
            EngineSelector,
            OperationsService,
            CLOCK,
            ORCHESTRATOR_LOGGER,
          ],
          useFactory: (
            sessionsService: SessionsService,
            checkpoints: CheckpointFolders,
            engines: EngineSelector,
            operations: OperationsService,
            clock: Clock,
            logger: OrchestratorLogger,
          ) => {
            const files = new FileTransfer(apiUrl, clock, logger);
            const parts = { host: name, sessions: sessionsService, checkpoints, files, clock, logger };
            const worker: Worker = new JobWorker({
              url,
              queue: TRAINING_QUEUE,
              reader: TRAINING_QUEUE_READER,
              name,
              concurrency: settings.maxSessions,
              leaseMs,
              clock,
              logger,
              describe: () => describeHost(settings, operations, engines),
              work: (job) => new QueuedSession(job, parts).work(),
            });
            return new QueueWorker(worker, workDir);
          },
        },
      ],
    };
  }
}

/** Removes the folders of killed hosts of this machine. */
async function removeLeftBehind(parent: string): Promise<void> {
  const prefix = `${hostname()}-`;
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(name.slice(prefix.length));
    if (!name.startsWith(prefix) || !Number.isInteger(pid) || lives(pid)) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
