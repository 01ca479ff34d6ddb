import { printableJson } from '@ktrdr/contracts';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { recordAudit } from './access/audit.js';
import { guardAccess } from './access/guard-access.js';
import type { Clock } from '@ktrdr/orchestrator';
import type { FastifyInstance } from 'fastify';
import { CLOCK } from './orchestrator.module.js';
import type { ListenSettings } from './listen-settings.js';
import { BODY_LIMIT, readOnlyJson } from './http/body-parser.js';
import { describeApi } from './http/describe-api.js';
import { MAX_PARAMETER_LENGTH, answerBadAddress, answerInvalidRequest } from './http/early-errors.js';
import { ErrorFilter } from './http/error-filter.js';
import { allowOrigins } from './http/cross-origin.js';
import { quickHandlers } from './http/quick-handlers.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { EnvelopeAdapter } from './http/success-envelope.js';
import { guardHosts } from './http/host-guard.js';
import { StrayOptionsGuard } from './http/stray-options.js';
import { validationPipe } from './http/validation.js';
import { AnswersFirst } from './limits/answers-first.js';
import { closeSlowBodies } from './limits/close-slow-bodies.js';
import { limitConnections } from './limits/limit-connections.js';
import { limitRequests } from './limits/limit-requests.js';
import { takeTurns } from './limits/take-turns.js';
import { connectionOptions } from './tls/connection-options.js';
import { ServiceMetrics } from './metrics/service-metrics.js';

/** Names a service in its documentation. */
export interface ServiceDescription {
  /** Display name: `ktrdr API`. */
  name: string;
  /** One sentence for its OpenAPI document. */
  description: string;
  version: string;
}

/**
 * Creates a service that does not listen yet. Both services share its guards, envelopes, validation, limits, metrics
 * and `/openapi.json`. `module` must import `AccessModule`, `OrchestratorModule`, `MetricsModule` and a `HealthModule`.
 */
export async function createService(
  module: DynamicModule | Type,
  description: ServiceDescription,
  listens: ListenSettings,
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const adapter = new EnvelopeAdapter({
    ...connectionOptions(listens),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: answerBadAddress,
    clientErrorHandler: answerInvalidRequest,
    // routes answer until the connections close: after a 503, an EventSource would never reconnect
    return503OnClosing: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger,
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  readOnlyJson(app);
  quickHandlers(adapter.getInstance());
  app.useGlobalFilters(new ErrorFilter());
  app.useGlobalGuards(new StrayOptionsGuard());
  app.useGlobalPipes(validationPipe());
  app.get(ServiceMetrics, { strict: false }).observe(app);
  const fastify = adapter.getInstance() as FastifyInstance;
  const clock = app.get<Clock>(CLOCK, { strict: false });
  fastify.setReplySerializer((payload) => printableJson(payload));
  limitConnections(fastify, listens.requestLimits.connections, [
    ...listens.trustedProxies,
    ...listens.gateway,
  ]);
  setSecurityHeaders(app);
  recordAudit(app);
  guardHosts(app, listens);
  allowOrigins(app, listens.corsOrigins);
  guardAccess(app);
  limitRequests(fastify, listens.requestLimits, clock);
  closeSlowBodies(fastify, clock);
  takeTurns(fastify, app.get(AnswersFirst, { strict: false }), clock);
  describe(app, description);
  return app;
}

/** `GET /openapi.json`, for every caller. The document is built on the first request. */
function describe(app: NestFastifyApplication, { name, description, version }: ServiceDescription): void {
  const about = new DocumentBuilder().setTitle(name).setDescription(description).setVersion(version).build();
  let text: string | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) => {
      text ??= JSON.stringify(describeApi(SwaggerModule.createDocument(app, about)));
      return reply.type('application/json; charset=utf-8').send(text);
    });
}
