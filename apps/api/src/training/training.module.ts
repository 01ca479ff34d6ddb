import { Module } from '@nestjs/common';
import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { CheckpointFolders, ModelStorage } from '@ktrdr/trainer';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { ModelsModule } from '../models/models.module.js';
import { StrategiesModule } from '../strategies/strategies.module.js';
import { StrategiesService } from '../strategies/strategies.service.js';
import { TrainingController } from './training.controller.js';
import { TrainingManager } from './training-manager.js';
import { TrainingService } from './training.service.js';

@Module({
  imports: [ModelsModule, StrategiesModule],
  controllers: [TrainingController],
  providers: [
    {
      provide: TrainingManager,
      inject: [API_SETTINGS, OperationsService, ORCHESTRATOR_LOGGER, CLOCK, ModelStorage],
      useFactory: async (
        settings: ApiSettings,
        operations: OperationsService,
        logger: OrchestratorLogger,
        clock: Clock,
        models: ModelStorage,
      ) => {
        await models.removeStale();
        await new CheckpointFolders(settings.stateDir).removeOld(clock.now());
        const dependencies = { operations, logger, hostService: settings.trainingHost };
        return new TrainingManager(dependencies, settings, models, clock);
      },
    },
    {
      provide: TrainingService,
      inject: [API_SETTINGS, StrategiesService, TrainingManager],
      useFactory: (settings: ApiSettings, strategies: StrategiesService, manager: TrainingManager) =>
        new TrainingService(settings, strategies, manager),
    },
  ],
  exports: [TrainingManager],
})
export class TrainingModule {}
