import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { operationStoreConformance } from '@ktrdr/orchestrator/testing';
import { openOperationStore } from './open-operation-store.js';
import { PostgresServer } from './testing/index.js';

async function openInNewFolder() {
  const stateDir = await mkdtemp(join(tmpdir(), 'ktrdr-store-'));
  const store = await openOperationStore({ stateDir });
  const close = async () => {
    await store.close();
    await rm(stateDir, { recursive: true });
  };
  return { store, close };
}

describe('the SQLite store', () => {
  test.each(operationStoreConformance(openInNewFolder))('$name', ({ run }) => run());
});

describe('the PostgreSQL store', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start();
  });

  afterAll(() => server?.stop());

  async function openInNewDatabase() {
    const store = await openOperationStore({ url: await server.createDatabase(), stateDir: 'unused' });
    return { store, close: () => store.close() };
  }

  test.each(operationStoreConformance(openInNewDatabase))('$name', ({ run }) => run());
});
