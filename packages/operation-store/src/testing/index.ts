export { emptyPostgres, emptySqlite, type EmptyStore } from './databases.js';
export { fillOperations } from './fill.js';
export { PostgresServer } from './postgres-server.js';
export { trialLedgerConformance, type TrialLedgerFactory } from './trial-ledger-conformance.js';
