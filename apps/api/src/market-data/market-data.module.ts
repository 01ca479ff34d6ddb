import type { Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '@ktrdr/service-kit';
import type { BackgroundThread } from '@ktrdr/strategy';
import { ModelStorage } from '@ktrdr/trainer';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { ModelsModule } from '../models/models.module.js';
import { BARS_THREAD, ThreadsModule } from '../threads.module.js';
import { MarketDataController } from './market-data.controller.js';
import { MarketDataService } from './market-data.service.js';

@Module({
  imports: [ThreadsModule, ModelsModule],
  controllers: [MarketDataController],
  providers: [
    {
      provide: MarketDataService,
      inject: [API_SETTINGS, BARS_THREAD, ModelStorage, CLOCK],
      useFactory: (
        { dataDir, stateDir }: ApiSettings,
        thread: BackgroundThread,
        models: ModelStorage,
        clock: Clock,
      ) => new MarketDataService({ dataDir, stateDir }, thread, models, clock),
    },
  ],
})
export class MarketDataModule {}
