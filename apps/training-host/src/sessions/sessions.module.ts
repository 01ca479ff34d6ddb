import { join } from 'node:path';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { OperationsService } from '@ktrdr/orchestrator';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { CheckpointFolders, EngineMemory, EngineSelector, ModelStorage } from '@ktrdr/trainer';
import { BackgroundThread } from '@ktrdr/strategy';
import { TrainingRunner } from '@ktrdr/training-operation';
import type { HostSettings } from '../config.js';
import { FileTransfer } from '../queue/file-transfer.js';
import { FetchedBars } from '../queue/fetched-bars.js';
import { LastAnswers } from './last-answers.js';
import { OwnBars, type SessionBars } from './session-bars.js';
import { SessionCheck } from './session-check.js';
import { SessionManager } from './session-manager.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

/** The largest strategy takes a second, and longer on a machine that trains. */
const STRATEGIES = { timeoutMs: 60_000, mostWaiting: 100 };

const SESSION_BARS = Symbol('SESSION_BARS');

/** `/training/sessions`. */
@Module({})
export class SessionsModule {
  constructor(@Inject(TrainingRunner) private readonly runner: TrainingRunner) {}

  /** Prepares for the first training while the host already answers. */
  onApplicationBootstrap(): void {
    void this.runner.open();
  }

  async onModuleDestroy(): Promise<void> {
    await this.runner.close();
  }

  static register(settings: HostSettings): DynamicModule {
    const { dataDir, engine, cancelGraceMs, checkpointEveryMs, featureCacheMb, queue } = settings;
    const stateDir = queue?.workDir ?? settings.stateDir;
    const { maxSessions, sessionWait, sessionLeaseMs } = settings;
    return {
      module: SessionsModule,
      controllers: [SessionsController],
      providers: [
        {
          provide: EngineSelector,
          useFactory: async () => {
            const engines = new EngineSelector(new EngineMemory(settings.stateDir));
            // the host does not start if the engine of its settings is not available
            await engines.candidates(engine, 'mlp');
            return engines;
          },
        },
        {
          provide: CheckpointFolders,
          inject: [CLOCK],
          useFactory: async (clock: Clock) => {
            const checkpoints = new CheckpointFolders(stateDir);
            await checkpoints.removeOld(clock.now());
            return checkpoints;
          },
        },
        {
          provide: TrainingRunner,
          inject: [EngineSelector, CheckpointFolders, CLOCK, ORCHESTRATOR_LOGGER],
          useFactory: (
            engines: EngineSelector,
            checkpoints: CheckpointFolders,
            clock: Clock,
            logger: OrchestratorLogger,
          ) =>
            new TrainingRunner(
              {
                mode: 'host',
                engine,
                stateDir: settings.stateDir,
                cancelGraceMs,
                checkpointEveryMs,
                featureCacheMb,
                limits: settings.limits,
                warmProcesses: settings.warmProcesses,
                clock,
                log: (line) => logger.info(line),
              },
              engines,
              checkpoints,
            ),
        },
        { provide: BackgroundThread, useFactory: () => new BackgroundThread(STRATEGIES) },
        {
          provide: SESSION_BARS,
          inject: [CLOCK, ORCHESTRATOR_LOGGER],
          useFactory: async (clock: Clock, logger: OrchestratorLogger): Promise<SessionBars> => {
            if (queue === null) return new OwnBars({ dataDir, stateDir: settings.stateDir });
            const api = new FileTransfer(queue.apiUrl, clock, logger);
            const bars = new FetchedBars(dataDir, settings.stateDir, api, clock);
            await bars.removeOld(clock.now());
            return bars;
          },
        },
        {
          provide: SessionsService,
          inject: [
            SESSION_BARS,
            EngineSelector,
            CheckpointFolders,
            TrainingRunner,
            OperationsService,
            CLOCK,
            ORCHESTRATOR_LOGGER,
            BackgroundThread,
          ],
          useFactory: async (
            bars: SessionBars,
            engines: EngineSelector,
            checkpoints: CheckpointFolders,
            runner: TrainingRunner,
            operations: OperationsService,
            clock: Clock,
            logger: OrchestratorLogger,
            thread: BackgroundThread,
          ) => {
            const folders = new ModelStorage(join(stateDir, 'sessions'));
            await folders.removeStale();
            return new SessionsService(
              { maxSessions, wait: sessionWait, leaseMs: sessionLeaseMs },
              new SessionCheck(bars, engine, engines, checkpoints, thread),
              new SessionManager({ operations, logger }, runner),
              { operations, folders, clock, logger },
            );
          },
        },
        {
          provide: LastAnswers,
          inject: [SessionsService, CLOCK],
          useFactory: (sessions: SessionsService, clock: Clock) => new LastAnswers(sessions, clock),
        },
      ],
      exports: [EngineSelector, SessionsService, CheckpointFolders],
    };
  }
}
