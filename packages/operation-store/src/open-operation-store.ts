import { join } from 'node:path';
import type { OperationStore } from '@ktrdr/orchestrator';
import type { AuditLog } from './audit-log.js';
import { SqlOperationStore } from './sql-operation-store.js';
import { openSqliteDatabase } from './sqlite-database.js';
import type { TokenStore } from './token-store.js';
import type { TrialLedger } from './trial-ledger.js';
import type { WebhookStore } from './webhook-store.js';

/** Name of the SQLite file in the state folder. */
const FILE_NAME = 'ktrdr.db';

/** Where the operations are stored. */
export interface OperationStoreLocation {
  /**
   * `postgres://user:password@host:port/database`. Without it, operations are stored in the file `{stateDir}/ktrdr.db`.
   */
  url?: string;
  /** Password to use if `url` has none. */
  password?: string;
  stateDir: string;
}

/** The durable store, with what else its database holds. It holds connections until it is closed. */
export type OpenOperationStore = OperationStore & {
  readonly trials: TrialLedger;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  readonly webhooks: WebhookStore;
};

/**
 * Opens the durable store of operations. Creates it if it is missing, and updates its schema.
 *
 * @throws KtrdrError `store_unavailable`, `invalid_setting`
 */
export async function openOperationStore({
  url,
  password,
  stateDir,
}: OperationStoreLocation): Promise<OpenOperationStore> {
  if (url === undefined) return new SqlOperationStore(await openSqliteDatabase(join(stateDir, FILE_NAME)));
  // only services with such a database load its driver
  const { openPostgresDatabase } = await import('./postgres-database.js');
  return new SqlOperationStore(await openPostgresDatabase(url, { password }));
}
