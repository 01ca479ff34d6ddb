import { join } from 'node:path';
import type { OperationStore } from '@ktrdr/orchestrator';
import { SqlOperationStore } from './sql-operation-store.js';
import { openSqliteDatabase } from './sqlite-database.js';

/** Name of the SQLite file in the state folder. */
const FILE_NAME = 'ktrdr.db';

export interface OperationStoreLocation {
  /** `postgres://user:password@host:port/database`; without it the operations are kept in `{stateDir}/ktrdr.db`. */
  url?: string;
  /** Password for `url` if the URL has none. */
  password?: string;
  stateDir: string;
}

/** A store that holds connections until it is closed. */
export type OpenOperationStore = OperationStore & { close(): Promise<void> };

/**
 * Opens the durable store of operations; makes what is missing of it, and brings its schema up to date.
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
