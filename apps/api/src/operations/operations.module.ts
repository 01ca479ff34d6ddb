import { Module } from '@nestjs/common';
import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { OpenStreams } from './open-streams.js';
import { OperationsController } from './operations.controller.js';
import { Retention } from './retention.js';

@Module({
  controllers: [OperationsController],
  providers: [
    { provide: OpenStreams, inject: [CLOCK], useFactory: (clock: Clock) => new OpenStreams(clock) },
    {
      provide: Retention,
      inject: [API_SETTINGS, OperationsService, CLOCK, ORCHESTRATOR_LOGGER],
      useFactory: (
        { operationsKeepDays }: ApiSettings,
        operations: OperationsService,
        clock: Clock,
        logger: OrchestratorLogger,
      ) => new Retention(operationsKeepDays, operations, clock, logger),
    },
  ],
})
export class OperationsModule {}
