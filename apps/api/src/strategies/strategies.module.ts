import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { StrategiesController } from './strategies.controller.js';
import { StrategiesService } from './strategies.service.js';

@Module({
  controllers: [StrategiesController],
  providers: [
    {
      provide: StrategiesService,
      inject: [API_SETTINGS],
      useFactory: ({ strategiesDir }: ApiSettings) => new StrategiesService(strategiesDir),
    },
  ],
  exports: [StrategiesService],
})
export class StrategiesModule {}
