import { Module } from '@nestjs/common';
import { OperationsService, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { DummyController } from './dummy.controller.js';
import { DummyService } from './dummy-service.js';

@Module({
  controllers: [DummyController],
  providers: [
    {
      provide: DummyService,
      inject: [OperationsService, ORCHESTRATOR_LOGGER],
      useFactory: (operations: OperationsService, logger: OrchestratorLogger) =>
        new DummyService({ operations, logger }),
    },
  ],
})
export class DummyModule {}
