import type { BackgroundThread } from '@ktrdr/strategy';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { BARS_THREAD, ThreadsModule } from '../threads.module.js';
import { MarketDataController } from './market-data.controller.js';
import { MarketDataService } from './market-data.service.js';

@Module({
  imports: [ThreadsModule],
  controllers: [MarketDataController],
  providers: [
    {
      provide: MarketDataService,
      inject: [API_SETTINGS, BARS_THREAD],
      useFactory: ({ dataDir, stateDir }: ApiSettings, thread: BackgroundThread) =>
        new MarketDataService({ dataDir, stateDir }, thread),
    },
  ],
})
export class MarketDataModule {}
