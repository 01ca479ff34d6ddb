import { Module } from '@nestjs/common';
import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { TokenModule } from '../access/api-access.module.js';
import { TokenAuthenticator } from '../access/token-authenticator.js';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { OpenStreams } from './open-streams.js';
import { OperationsController } from './operations.controller.js';
import { Retention } from './retention.js';

@Module({
  imports: [TokenModule],
  controllers: [OperationsController],
  providers: [
    {
      provide: OpenStreams,
      inject: [CLOCK, TokenAuthenticator],
      useFactory: (clock: Clock, authenticator: TokenAuthenticator) => new OpenStreams(clock, authenticator),
    },
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
