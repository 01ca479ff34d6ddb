import { Module } from '@nestjs/common';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { AuditLog, TokenStore } from '@ktrdr/operation-store';
import { AUDIT_SINK, AccessModule, CLOCK, ORCHESTRATOR_LOGGER, exposedBy } from '@ktrdr/service-kit';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { STORED_AUDIT_LOG, TOKEN_STORE } from '../settings.module.js';
import { AccessController } from './access.controller.js';
import { AuditRecorder } from './audit-recorder.js';
import { SessionCookie } from './session-cookie.js';
import { SessionController } from './session.controller.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { Tokens } from './tokens.js';

/** Knows the callers by their tokens. */
@Module({
  providers: [
    {
      provide: SessionCookie,
      inject: [API_SETTINGS],
      useFactory: (settings: ApiSettings) => new SessionCookie(settings),
    },
    {
      provide: TokenAuthenticator,
      inject: [TOKEN_STORE, CLOCK, ORCHESTRATOR_LOGGER, SessionCookie, API_SETTINGS],
      useFactory: (
        store: TokenStore,
        clock: Clock,
        logger: OrchestratorLogger,
        cookie: SessionCookie,
        settings: ApiSettings,
      ) => TokenAuthenticator.start(store, clock, logger, cookie, exposedBy(settings) !== null),
    },
  ],
  exports: [SessionCookie, TokenAuthenticator],
})
export class TokenModule {}

/** Tokens, roles and the audit log of the API. */
@Module({
  imports: [
    TokenModule,
    AccessModule.forRoot({
      imports: [TokenModule],
      inject: [TokenAuthenticator],
      useFactory: (authenticator: TokenAuthenticator) => authenticator,
    }),
  ],
  controllers: [AccessController, SessionController],
  providers: [
    {
      provide: Tokens,
      inject: [TOKEN_STORE, CLOCK],
      useFactory: (store: TokenStore, clock: Clock) => new Tokens(store, clock),
    },
    {
      provide: AUDIT_SINK,
      inject: [STORED_AUDIT_LOG, CLOCK, ORCHESTRATOR_LOGGER],
      useFactory: (log: AuditLog, clock: Clock, logger: OrchestratorLogger) =>
        new AuditRecorder(log, clock, logger),
    },
  ],
  exports: [TokenModule],
})
export class ApiAccessModule {}
