import { Module, type DynamicModule } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from './config.js';

/** The settings, for every module. */
@Module({})
export class SettingsModule {
  static forRoot(settings: ApiSettings): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [{ provide: API_SETTINGS, useValue: settings }],
      exports: [API_SETTINGS],
    };
  }
}
