import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { operationStoreConformance } from '@ktrdr/orchestrator/testing';
import { openOperationStore } from './open-operation-store.js';
import { PostgresServer, emptyPostgres, emptySqlite, type EmptyStore } from './testing/index.js';

async function open({ location, remove }: EmptyStore) {
  const store = await openOperationStore(location);
  const close = async () => {
    await store.close();
    await remove();
  };
  return { store, close };
}

describe('the SQLite store', () => {
  const cases = operationStoreConformance(async () => open(await emptySqlite()));
  test.each(cases)('$name', ({ run }) => run());
});

describe('the PostgreSQL store', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server?.stop());

  const cases = operationStoreConformance(async () => open(await emptyPostgres(server)));
  test.each(cases)('$name', ({ run }) => run());
});
