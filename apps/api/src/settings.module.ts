import { Module, type DynamicModule } from '@nestjs/common';
import type { OpenOperationStore } from '@ktrdr/operation-store';
import { API_SETTINGS, type ApiSettings } from './config.js';

/** Injection token of the `TrialLedger`. */
export const TRIAL_LEDGER = Symbol('TRIAL_LEDGER');
/** Injection token of the `TokenStore`. */
export const TOKEN_STORE = Symbol('TOKEN_STORE');
/** Injection token of the `AuditLog`. */
export const STORED_AUDIT_LOG = Symbol('STORED_AUDIT_LOG');

/** Injection token of the version of the service. */
export const SERVICE_VERSION = Symbol('SERVICE_VERSION');
/** Injection token of the `WebhookStore`. */
export const WEBHOOK_STORE = Symbol('WEBHOOK_STORE');

/** What `main.ts` gives to every module: the settings, and what the store holds beside operations. */
@Module({})
export class SettingsModule {
  static forRoot(
    settings: ApiSettings,
    { trials, tokens, audit, webhooks }: Pick<OpenOperationStore, 'trials' | 'tokens' | 'audit' | 'webhooks'>,
    version: string,
  ): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [
        { provide: API_SETTINGS, useValue: settings },
        { provide: SERVICE_VERSION, useValue: version },
        { provide: TRIAL_LEDGER, useValue: trials },
        { provide: TOKEN_STORE, useValue: tokens },
        { provide: STORED_AUDIT_LOG, useValue: audit },
        { provide: WEBHOOK_STORE, useValue: webhooks },
      ],
      exports: [API_SETTINGS, SERVICE_VERSION, TRIAL_LEDGER, TOKEN_STORE, STORED_AUDIT_LOG, WEBHOOK_STORE],
    };
  }
}
