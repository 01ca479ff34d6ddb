import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { IndicatorsController } from './indicators.controller.js';
import { IndicatorsService } from './indicators.service.js';

@Module({
  controllers: [IndicatorsController],
  providers: [
    {
      provide: IndicatorsService,
      inject: [API_SETTINGS],
      useFactory: ({ dataDir }: ApiSettings) => new IndicatorsService(dataDir),
    },
  ],
})
export class IndicatorsModule {}
