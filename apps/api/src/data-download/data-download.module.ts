import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { DataDownloadController } from './data-download.controller.js';
import { DownloadManager } from './download-manager.js';
import { DownloadSources } from './download-sources.js';

@Module({
  controllers: [DataDownloadController],
  providers: [
    {
      provide: DownloadSources,
      inject: [API_SETTINGS, CLOCK],
      useFactory: ({ dataSources }: ApiSettings, clock: Clock) => new DownloadSources(dataSources, clock),
    },
    {
      provide: DownloadManager,
      inject: [OperationsService, ORCHESTRATOR_LOGGER, API_SETTINGS, DownloadSources],
      useFactory: (
        operations: OperationsService,
        logger: OrchestratorLogger,
        { dataDir }: ApiSettings,
        sources: DownloadSources,
      ) => new DownloadManager({ operations, logger }, dataDir, sources),
    },
  ],
})
export class DataDownloadModule {}
