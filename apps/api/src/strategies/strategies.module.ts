import type { BackgroundThread } from '@ktrdr/strategy';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { STRATEGY_THREAD, ThreadsModule } from '../threads.module.js';
import { StrategiesController } from './strategies.controller.js';
import { StrategiesService } from './strategies.service.js';

@Module({
  imports: [ThreadsModule],
  controllers: [StrategiesController],
  providers: [
    {
      provide: StrategiesService,
      inject: [API_SETTINGS, STRATEGY_THREAD],
      useFactory: ({ strategiesDir }: ApiSettings, thread: BackgroundThread) =>
        new StrategiesService(strategiesDir, thread),
    },
  ],
  exports: [StrategiesService],
})
export class StrategiesModule {}
