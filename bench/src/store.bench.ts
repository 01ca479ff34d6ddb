/**
 * Operation stores: writes and reads per second of each store. With a million stored operations: the time of one page from the API
 * and of store maintenance. The databases are new, on this machine's disk and as durable as in production.
 */
import { openOperationStore } from '@ktrdr/operation-store';
import {
  PostgresServer,
  emptyPostgres,
  emptySqlite,
  fillOperations,
  type EmptyStore,
} from '@ktrdr/operation-store/testing';
import { MemoryOperationStore, type OperationStore } from '@ktrdr/orchestrator';
import { Sandbox } from '@ktrdr/service-kit/testing';
import { report, type ReportRow } from './report.js';
import { QUERIES, SEARCHES, pages } from './store/pages.js';
import { throughput } from './store/throughput.js';
import { upkeep } from './store/upkeep.js';

const STORED = 1_000_000;
/** A search reads the text of each of these operations. */
const SEARCHED = 10_000;
/** Lease of the active operations; they must stay owned while the API is measured. */
const LEASE_MS = 24 * 3_600_000;

async function withStore<T>(
  { location }: EmptyStore,
  use: (store: OperationStore) => Promise<T>,
): Promise<T> {
  const store = await openOperationStore(location);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Measures a real API on a store that holds `stored` operations. */
async function pagesOfApi(
  name: string,
  { location: { url, stateDir } }: EmptyStore,
  stored: number,
  queries: Record<string, string>,
): Promise<ReportRow[]> {
  const sandbox = await Sandbox.create();
  try {
    const api = await sandbox.startApi('bench', {
      STATE_DIR: stateDir,
      ...(url === undefined ? {} : { DATABASE_URL: url }),
    });
    return await pages(name, api.url, stored, queries);
  } finally {
    await sandbox.close();
  }
}

async function* ofDatabase(name: string, make: () => Promise<EmptyStore>): AsyncGenerator<ReportRow[]> {
  for (const atOnce of [1, 16]) {
    const empty = await make();
    yield await withStore(empty, (store) => throughput(name, store, atOnce));
    await empty.remove();
  }
  const searched = await make();
  await fillOperations(searched.location, SEARCHED, LEASE_MS);
  yield await pagesOfApi(name, searched, SEARCHED, SEARCHES);
  await searched.remove();
  const full = await make();
  const activeIds = await fillOperations(full.location, STORED, LEASE_MS);
  yield await pagesOfApi(name, full, STORED, QUERIES);
  yield await withStore(full, async (store) => {
    for (const id of activeIds) await store.release(id, 1);
    return upkeep(name, store, STORED);
  });
  await full.remove();
}

const server = await PostgresServer.start({ durable: true });
try {
  const rows = await throughput('memory', new MemoryOperationStore(), 1);
  for await (const more of ofDatabase('SQLite', emptySqlite)) rows.push(...more);
  for await (const more of ofDatabase('PostgreSQL', () => emptyPostgres(server))) rows.push(...more);
  await report('store', rows);
} finally {
  await server.stop();
}
