import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { MarketDataController } from './market-data.controller.js';
import { MarketDataService } from './market-data.service.js';

@Module({
  controllers: [MarketDataController],
  providers: [
    {
      provide: MarketDataService,
      inject: [API_SETTINGS],
      useFactory: ({ dataDir }: ApiSettings) => new MarketDataService(dataDir),
    },
  ],
})
export class MarketDataModule {}
