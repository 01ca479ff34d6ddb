import { Module, type DynamicModule } from '@nestjs/common';
import type { TrialLedger } from '@ktrdr/operation-store';
import { API_SETTINGS, type ApiSettings } from './config.js';

/** Injection token of the `TrialLedger`. */
export const TRIAL_LEDGER = Symbol('TRIAL_LEDGER');

/** What `main.ts` gives to every module: the settings, and the ledger of trials. */
@Module({})
export class SettingsModule {
  static forRoot(settings: ApiSettings, trials: TrialLedger): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [
        { provide: API_SETTINGS, useValue: settings },
        { provide: TRIAL_LEDGER, useValue: trials },
      ],
      exports: [API_SETTINGS, TRIAL_LEDGER],
    };
  }
}
