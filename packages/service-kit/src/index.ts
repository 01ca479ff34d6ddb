export { AUDIT_SINK, type AuditEvent, type AuditSink } from './access/audit.js';
export {
  AUTHENTICATOR,
  AccessModule,
  authorizationOf,
  bearerOf,
  secretOf,
  localCaller,
  unauthenticated,
  type Authenticator,
} from './access/authenticator.js';
export { CallerParam, callerOf, setCaller, type Caller } from './access/caller.js';
export { RefusedTokens } from './access/refused-tokens.js';
export {
  AuthenticatedBy,
  FILE_ROUTE,
  OpenToEveryone,
  Requires,
  type Audited,
} from './access/route-access.js';
export { createService, type ServiceDescription } from './create-service.js';
export { folderCheck } from './health/folder-check.js';
export type { NamedHealthCheck } from './health/health.controller.js';
export { HealthModule } from './health/health.module.js';
export {
  Answers,
  AnswersBytes,
  AnswersEvents,
  AnswersJson,
  AnswersNothing,
  AnswersPlain,
  Fails,
} from './http/answers.js';
export { type ByteRequest, TakesBytes, bytesOf } from './http/byte-body.js';
export { hostOf, isOriginOf } from './http/own-origin.js';
export { FIELD_SCHEMAS } from './http/field-schemas.js';
export { JSON_LIMITS } from './http/json-text.js';
export { PointsQueryDto } from './http/points-query.dto.js';
export { QueryNumber } from './http/query-number.js';
export { RequestOf } from './http/request-of.js';
export { writtenJson, type WrittenJson } from './http/written-json.js';
export { MetricsModule } from './metrics/metrics.module.js';
export { CLOCK, ORCHESTRATOR_LOGGER, OrchestratorModule } from './orchestrator.module.js';
export { exposedBy, readListenSettings, type ListenSettings } from './listen-settings.js';
export { readAuthorities } from './tls/certificate.js';
export { MAKE_SECRET, readHostSecret } from './signing/host-secret.js';
export { ANSWER_SIGNATURE, answerSignature, isSame, readToken, signRequest } from './signing/signature.js';
export { BEFORE_START, SignedRequests } from './signing/signed-requests.js';
export { runService, type RunnableService } from './run-service.js';
export { SettingsReader } from './settings-reader.js';
