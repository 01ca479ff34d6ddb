export type { AuditLog, NewAuditEntry } from './audit-log.js';
export { MemoryAuditLog } from './memory-audit-log.js';
export { MemoryTokenStore } from './memory-token-store.js';
export { MemoryTrialLedger } from './memory-trial-ledger.js';
export { MemoryWebhookStore, type EndedAttempt } from './memory-webhook-store.js';
export {
  openOperationStore,
  type OpenOperationStore,
  type OperationStoreLocation,
} from './open-operation-store.js';
export type { StoredToken, TokenStore } from './token-store.js';
export type { Trial, TrialLedger } from './trial-ledger.js';
export type {
  PendingDelivery,
  SettledTry,
  StoredWebhook,
  WebhookState,
  WebhookStore,
} from './webhook-store.js';
