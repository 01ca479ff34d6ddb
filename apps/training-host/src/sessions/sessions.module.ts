import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { OperationsService } from '@ktrdr/orchestrator';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { CheckpointFolders, EngineSelector, ModelStorage } from '@ktrdr/trainer';
import type { HostSettings } from '../config.js';
import { LastAnswers } from './last-answers.js';
import { SessionCheck } from './session-check.js';
import { SessionManager } from './session-manager.js';
import { SessionSlots } from './session-slots.js';
import { SessionTraining } from './session-training.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

/** `/training/sessions`. */
@Module({})
export class SessionsModule {
  static register(settings: HostSettings): DynamicModule {
    const { dataDir, stateDir, engine, cancelGraceMs, checkpointEveryMs } = settings;
    const { maxSessions, sessionWait, sessionLeaseMs } = settings;
    return {
      module: SessionsModule,
      controllers: [SessionsController],
      providers: [
        {
          provide: EngineSelector,
          useFactory: async () => {
            const engines = new EngineSelector();
            // An engine that was asked for and is not to be had keeps the host from starting.
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
          provide: SessionTraining,
          inject: [CheckpointFolders, EngineSelector],
          useFactory: async (checkpoints: CheckpointFolders, engines: EngineSelector) => {
            const folders = new ModelStorage(join(stateDir, 'sessions'));
            await folders.removeStale();
            return new SessionTraining(
              folders,
              checkpoints,
              engines,
              dataDir,
              cancelGraceMs,
              checkpointEveryMs,
            );
          },
        },
        {
          provide: SessionsService,
          inject: [
            EngineSelector,
            SessionTraining,
            CheckpointFolders,
            OperationsService,
            CLOCK,
            ORCHESTRATOR_LOGGER,
          ],
          useFactory: (
            engines: EngineSelector,
            training: SessionTraining,
            checkpoints: CheckpointFolders,
            operations: OperationsService,
            clock: Clock,
            logger: OrchestratorLogger,
          ) => {
            const manager = new SessionManager(
              { operations, logger, hostService: { use: false } },
              training,
              new SessionSlots(maxSessions),
            );
            return new SessionsService(
              { maxSessions, wait: sessionWait, leaseMs: sessionLeaseMs },
              new SessionCheck(dataDir, engine, engines, checkpoints),
              manager,
              training,
              operations,
              clock,
              logger,
            );
          },
        },
        {
          provide: LastAnswers,
          inject: [SessionsService, CLOCK],
          useFactory: (sessions: SessionsService, clock: Clock) => new LastAnswers(sessions, clock),
        },
      ],
      exports: [EngineSelector],
    };
  }
}
