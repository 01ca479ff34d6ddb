export { auditLogConformance, type AuditLogFactory } from './audit-log-conformance.js';
export { emptyPostgres, emptySqlite, type EmptyStore } from './databases.js';
export { fillOperations } from './fill.js';
export { PostgresServer } from './postgres-server.js';
export {
  webhookStoreConformance,
  type EmptyWebhookStore,
  type WebhookStoreFactory,
} from './webhook-store-conformance.js';
export { trialLedgerConformance, type TrialLedgerFactory } from './trial-ledger-conformance.js';
export { tokenStoreConformance, type TokenStoreFactory } from './token-store-conformance.js';
