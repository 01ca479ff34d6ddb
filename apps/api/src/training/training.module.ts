import type { BackgroundThread } from '@ktrdr/strategy';
import { Module } from '@nestjs/common';
import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import type { TrialLedger } from '@ktrdr/operation-store';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { CheckpointFolders, ModelStorage } from '@ktrdr/trainer';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { TRIAL_LEDGER } from '../settings.module.js';
import { ModelsModule } from '../models/models.module.js';
import { BARS_THREAD, STRATEGY_THREAD, ThreadsModule } from '../threads.module.js';
import { StrategiesModule } from '../strategies/strategies.module.js';
import { StrategiesService } from '../strategies/strategies.service.js';
import { DeliveryAuthenticator } from './delivery-authenticator.js';
import { DeliverySecrets } from './delivery-secrets.js';
import { HostFilesController } from './host-files.controller.js';
import { HostFilesService } from './host-files.service.js';
import { ReceivedFiles } from './received-files.js';
import { TrainingController } from './training.controller.js';
import { TrainingManager } from './training-manager.js';
import { TrainingQueueModule } from './training-queue.module.js';
import { TRAINING_QUEUE_CLIENT, type TrainingQueue } from './training-queue.js';
import { TrainingService } from './training.service.js';

@Module({
  imports: [ModelsModule, StrategiesModule, ThreadsModule, TrainingQueueModule],
  controllers: [TrainingController, HostFilesController],
  providers: [
    {
      provide: TrainingManager,
      inject: [
        API_SETTINGS,
        OperationsService,
        ORCHESTRATOR_LOGGER,
        CLOCK,
        ModelStorage,
        TRIAL_LEDGER,
        TRAINING_QUEUE_CLIENT,
        STRATEGY_THREAD,
      ],
      useFactory: async (
        settings: ApiSettings,
        operations: OperationsService,
        logger: OrchestratorLogger,
        clock: Clock,
        models: ModelStorage,
        trials: TrialLedger,
        queue: TrainingQueue | null,
        thread: BackgroundThread,
      ) => {
        await models.removeStale();
        await new CheckpointFolders(settings.stateDir).removeOld(clock.now());
        await new ReceivedFiles(settings.stateDir).removeOld(clock.now());
        await new DeliverySecrets(settings.stateDir).removeOld(clock.now());
        const dependencies = { operations, logger, hostService: settings.trainingHost };
        return new TrainingManager(dependencies, settings, { models, trials }, clock, queue, thread);
      },
    },
    {
      provide: TrainingService,
      inject: [API_SETTINGS, StrategiesService, TrainingManager, STRATEGY_THREAD, BARS_THREAD],
      useFactory: (
        settings: ApiSettings,
        strategies: StrategiesService,
        manager: TrainingManager,
        thread: BackgroundThread,
        barsThread: BackgroundThread,
      ) => new TrainingService(settings, strategies, manager, thread, barsThread),
    },
    {
      provide: HostFilesService,
      inject: [API_SETTINGS, OperationsService, STRATEGY_THREAD],
      useFactory: (
        { dataDir, stateDir }: ApiSettings,
        operations: OperationsService,
        thread: BackgroundThread,
      ) =>
        new HostFilesService(
          dataDir,
          operations,
          new ReceivedFiles(stateDir),
          new CheckpointFolders(stateDir),
          thread,
        ),
    },
    {
      provide: DeliveryAuthenticator,
      inject: [API_SETTINGS, TRAINING_QUEUE_CLIENT],
      useFactory: ({ stateDir }: ApiSettings, queue: TrainingQueue | null) =>
        new DeliveryAuthenticator(new DeliverySecrets(stateDir), queue),
    },
  ],
  exports: [TrainingManager],
})
export class TrainingModule {}
