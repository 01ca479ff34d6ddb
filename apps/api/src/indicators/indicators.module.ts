import type { BackgroundThread } from '@ktrdr/strategy';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { BARS_THREAD, ThreadsModule } from '../threads.module.js';
import { IndicatorsController } from './indicators.controller.js';
import { IndicatorsService } from './indicators.service.js';

@Module({
  imports: [ThreadsModule],
  controllers: [IndicatorsController],
  providers: [
    {
      provide: IndicatorsService,
      inject: [API_SETTINGS, BARS_THREAD],
      useFactory: ({ dataDir, stateDir }: ApiSettings, thread: BackgroundThread) =>
        new IndicatorsService({ dataDir, stateDir }, thread),
    },
  ],
})
export class IndicatorsModule {}
