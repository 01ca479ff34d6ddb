import { Module } from '@nestjs/common';
import { ModelStorage } from '@ktrdr/trainer';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { ModelsController } from './models.controller.js';

@Module({
  controllers: [ModelsController],
  providers: [
    {
      provide: ModelStorage,
      inject: [API_SETTINGS],
      useFactory: ({ modelsDir }: ApiSettings) => new ModelStorage(modelsDir),
    },
  ],
  exports: [ModelStorage],
})
export class ModelsModule {}
