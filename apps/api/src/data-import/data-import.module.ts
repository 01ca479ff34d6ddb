import { type Clock, OperationsService, type OrchestratorLogger, systemRandomId } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { ImportController } from './import.controller.js';
import { ImportFiles } from './import-files.js';
import { ImportManager } from './import-manager.js';
import { ImportPreviews } from './import-previews.js';
import { ImportProfiles } from './import-profiles.js';
import { ProfilesController } from './profiles.controller.js';
import { RemoveOldUploads } from './remove-old-uploads.js';
import { Uploads } from './uploads.js';

@Module({
  controllers: [ImportController, ProfilesController],
  providers: [
    {
      provide: Uploads,
      inject: [API_SETTINGS],
      useFactory: ({ stateDir, importLimits }: ApiSettings) =>
        new Uploads(stateDir, importLimits.fileMb, systemRandomId),
    },
    {
      provide: RemoveOldUploads,
      inject: [Uploads, CLOCK, ORCHESTRATOR_LOGGER],
      useFactory: (uploads: Uploads, clock: Clock, logger: OrchestratorLogger) =>
        new RemoveOldUploads(uploads, clock, logger),
    },
    {
      provide: ImportProfiles,
      inject: [API_SETTINGS],
      useFactory: ({ dataDir }: ApiSettings) => new ImportProfiles(dataDir),
    },
    {
      provide: ImportFiles,
      inject: [API_SETTINGS, Uploads],
      useFactory: ({ dataDir, stateDir, importDir, importLimits }: ApiSettings, uploads: Uploads) =>
        new ImportFiles(
          {
            dataDir,
            stateDir,
            importDir,
            mostFileMb: importLimits.fileMb,
            mostMemoryMb: importLimits.memoryMb,
          },
          uploads,
        ),
    },
    {
      provide: ImportPreviews,
      inject: [ImportFiles, ImportProfiles, CLOCK],
      useFactory: (files: ImportFiles, profiles: ImportProfiles, clock: Clock) =>
        new ImportPreviews(files, profiles, clock),
    },
    {
      provide: ImportManager,
      inject: [OperationsService, ORCHESTRATOR_LOGGER, ImportFiles, ImportPreviews],
      useFactory: (
        operations: OperationsService,
        logger: OrchestratorLogger,
        files: ImportFiles,
        previews: ImportPreviews,
      ) => new ImportManager({ operations, logger }, files, previews),
    },
  ],
})
export class DataImportModule {}
