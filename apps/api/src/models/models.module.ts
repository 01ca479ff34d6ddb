import { Module } from '@nestjs/common';
import type { Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '@ktrdr/service-kit';
import { ModelStorage } from '@ktrdr/trainer';
import { mostPredictionMb } from '@ktrdr/training-operation';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { ModelsController } from './models.controller.js';
import { ModelsService } from './models.service.js';
import { PredictionQueue } from './prediction-queue.js';

@Module({
  controllers: [ModelsController],
  providers: [
    {
      provide: ModelStorage,
      inject: [API_SETTINGS],
      useFactory: ({ modelsDir }: ApiSettings) => new ModelStorage(modelsDir),
    },
    {
      provide: PredictionQueue,
      inject: [API_SETTINGS],
      useFactory: ({ trainingLimits }: ApiSettings) =>
        new PredictionQueue(mostPredictionMb(trainingLimits.memoryMb)),
    },
    {
      provide: ModelsService,
      inject: [API_SETTINGS, ModelStorage, PredictionQueue, CLOCK],
      useFactory: (
        { modelsDir, dataDir, stateDir }: ApiSettings,
        storage: ModelStorage,
        predictions: PredictionQueue,
        clock: Clock,
      ) => new ModelsService({ modelsDir, dataDir, stateDir }, storage, predictions, clock),
    },
  ],
  exports: [ModelStorage],
})
export class ModelsModule {}
