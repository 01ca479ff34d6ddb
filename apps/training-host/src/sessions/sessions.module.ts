import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { EngineChoice } from '@ktrdr/contracts';
import { OperationsService } from '@ktrdr/orchestrator';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { CheckpointFolders, ModelStorage, resolveEngine } from '@ktrdr/trainer';
import type { HostSettings } from '../config.js';
import { LastAnswers } from './last-answers.js';
import { SessionCheck } from './session-check.js';
import { SessionManager } from './session-manager.js';
import { SessionSlots } from './session-slots.js';
import { SessionTraining } from './session-training.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

/** Injects the `EngineChoice` that this host takes when it may choose. */
export const ENGINE = Symbol('ENGINE');

/** `/training/sessions`. */
@Module({})
export class SessionsModule {
  static register(settings: HostSettings): DynamicModule {
    const { dataDir, stateDir, cancelGraceMs, checkpointEveryMs, maxSessions, sessionWait } = settings;
    return {
      module: SessionsModule,
      controllers: [SessionsController],
      providers: [
        // An engine that was asked for and is not to be had keeps the host from starting.
        { provide: ENGINE, useFactory: () => resolveEngine(settings.engine) },
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
          inject: [CheckpointFolders],
          useFactory: async (checkpoints: CheckpointFolders) => {
            const folders = new ModelStorage(join(stateDir, 'sessions'));
            await folders.removeStale();
            return new SessionTraining(folders, checkpoints, dataDir, cancelGraceMs, checkpointEveryMs);
          },
        },
        {
          provide: SessionsService,
          inject: [ENGINE, SessionTraining, CheckpointFolders, OperationsService, CLOCK, ORCHESTRATOR_LOGGER],
          useFactory: (
            engine: EngineChoice,
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
              { maxSessions, wait: sessionWait },
              new SessionCheck(dataDir, engine, checkpoints),
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
      exports: [ENGINE],
    };
  }
}
