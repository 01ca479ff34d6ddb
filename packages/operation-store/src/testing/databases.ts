import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationStoreLocation } from '../open-operation-store.js';
import type { PostgresServer } from './postgres-server.js';

/** The location of an empty store, which can be opened repeatedly. `remove` deletes the store. */
export interface EmptyStore {
  location: OperationStoreLocation;
  remove: () => Promise<void>;
}

/** An empty SQLite store in a temporary folder. */
export async function emptySqlite(): Promise<EmptyStore> {
  const stateDir = await mkdtemp(join(tmpdir(), 'ktrdr-store-'));
  return { location: { stateDir }, remove: () => rm(stateDir, { recursive: true }) };
}

/** An empty database on a PostgreSQL server. */
export async function emptyPostgres(server: PostgresServer): Promise<EmptyStore> {
  const url = await server.createDatabase();
  return { location: { url, stateDir: tmpdir() }, remove: async () => {} };
}
